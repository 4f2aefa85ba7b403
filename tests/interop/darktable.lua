-- The real darktable without its window: imports a folder, edits, lets darktable write its own sidecars.
-- Run by tests/interop/darktable.py:  lua5.4 darktable.lua LIBRARY_DIR CATALOGUE CONFIG CACHE FOLDER [NAME KEY VALUE]...
-- darktable's shared library doubles as a Lua module ("darktable as a library"), so a plain interpreter can load it.
local libdir, catalogue, config, cache, folder = table.unpack(arg, 1, 5)
package.cpath = libdir .. "/lib?.so;" .. package.cpath
local darktable = require("darktable")(
  "--library", catalogue, "--configdir", config, "--cachedir", cache, "--disable-opencl",
  "--conf", "write_sidecar_files=" .. (os.getenv("DARKTABLE_WRITES") or "after edit"),
  "--conf", "ui_last/import_initial_rating=" .. (os.getenv("DARKTABLE_STARS") or "0"), "--conf", "ui_last/import_ignore_jpegs=FALSE")

local COLOURS = { "red", "yellow", "green", "blue", "purple" }
local TEXTS = { title = true, description = true, creator = true, rights = true, notes = true }

local function find(name)
  for _, image in ipairs(darktable.database) do
    if image.filename == name then return image end
  end
  error("darktable has no image named " .. name)
end

local edits = {}
function edits.rating(image, value) image.rating = math.tointeger(tonumber(value)) end
function edits.datetime(image, value) image.exif_datetime_taken = value end
edits["tag+"] = function(image, value) darktable.tags.attach(darktable.tags.create(value), image) end
edits["tag-"] = function(image, value) darktable.tags.detach(darktable.tags.find(value), image) end
function edits.label(image, value)
  for _, colour in ipairs(COLOURS) do image[colour] = colour == value end
  image.rating = image.rating -- setting a colour alone does not make darktable write the sidecar
end

local function json(value)
  if type(value) ~= "table" then
    if type(value) == "number" then return string.format("%.14g", value) end
    return '"' .. tostring(value):gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
  end
  local parts = {}
  for _, item in ipairs(value) do parts[#parts + 1] = json(item) end
  if #parts > 0 or next(value) == nil then return "[" .. table.concat(parts, ",") .. "]" end
  for key, item in pairs(value) do parts[#parts + 1] = json(key) .. ":" .. json(item) end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function seen(image)
  local tags, labels = {}, {}
  for _, tag in ipairs(darktable.tags.get_tags(image)) do
    if not tag.name:match("^darktable|") then tags[#tags + 1] = tag.name end
  end
  for _, colour in ipairs(COLOURS) do if image[colour] then labels[#labels + 1] = colour end end
  table.sort(tags)
  local found = { file = image.filename, rating = image.rating, tags = tags, labels = labels,
                  datetime = image.exif_datetime_taken }
  for text in pairs(TEXTS) do found[text] = image[text] or "" end
  return found
end

-- Importing reads the sidecars again; without, darktable goes by what its catalogue remembers.
if folder ~= "" then darktable.database.import(folder) end
for at = 6, #arg, 3 do
  local name, key, value = arg[at], arg[at + 1], arg[at + 2]
  local image = find(name)
  if TEXTS[key] then image[key] = value else assert(edits[key], "no edit " .. key)(image, value) end
end
for _, image in ipairs(darktable.database) do print("SEEN " .. json(seen(image))) end
io.stdout:flush()
os.exit(0, false) -- its shutdown wants a window; what it writes is written by now
