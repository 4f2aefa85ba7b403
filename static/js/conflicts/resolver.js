/** One photo's conflicts: choose by pointer or by keys, save, undo; what changed meanwhile is shown afresh. */

import { ApiError, request, send, sentence } from '../lib/api.js';
import { announce, el, find, isTyping } from '../lib/dom.js';
import { number, t } from '../lib/i18n.js';
import { pushScope } from '../lib/keymap.js';
import { failed, toast } from '../lib/toast.js';
import { Row, wordTimes } from './row.js';

const UNDO = 'kp-resolved';

/** @typedef {{ id: string, name: string, undo: object[] }} Done */

export class Resolver {
  /** @type {Row[]} */
  rows = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.id = root.dataset.resolver ?? '';
    this.name = root.dataset.name ?? '';
    this.target = root.dataset.target ?? '';
    this.busy = false;
    this.#begin(/** @type {HTMLFormElement} */ (find('form', root)), new Map());
    this.#keys();
    offerUndo();
  }

  /** @param {HTMLFormElement} form @param {Map<string, any>} kept values chosen before, by key */
  #begin(form, kept) {
    this.form = form;
    this.rows = /** @type {HTMLElement[]} */ ([...form.querySelectorAll('[data-row]')]).map((element) => new Row(element, () => this.#show()));
    wordTimes(form);
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { submitter } = event;
      if (submitter instanceof HTMLButtonElement && submitter.name === 'only') void this.#decideOne(submitter.value);
      else void this.save();
    });
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !isTyping(event.target)) return;
      // Enter in a field shall not save what is still being typed; with Ctrl it does.
      if (event.ctrlKey || event.metaKey) void this.save();
      else if (event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
    });
    for (const row of this.rows) if (kept.has(row.key)) row.restore(kept.get(row.key));
    this.#show();
  }

  get undecided() {
    return this.rows.filter(({ decision }) => decision === null);
  }

  #show() {
    const save = /** @type {HTMLButtonElement | null} */ (find('save', this.form));
    const text = find('save-text', this.form);
    const note = find('undecided', this.form);
    const left = this.undecided;
    if (save) save.disabled = left.length > 0;
    if (text) text.textContent = this.target ? t('conflicts.save', { n: this.rows.length, file: this.target }) : t('conflicts.save.here', { n: this.rows.length });
    const links = left.map((row) => el('a', { href: `#${row.element.id}`, on: { click: (/** @type {Event} */ event) => { event.preventDefault(); row.focus(); } } }, row.label));
    note?.replaceChildren(...(links.length ? [t('conflicts.undecided'), ' ', ...links.flatMap((link, i) => (i ? [', ', link] : [link]))] : []));
  }

  async save() {
    const [first] = this.undecided;
    if (first) return first.focus();
    if (!this.rows.length) return;
    const answer = await this.#send(Object.fromEntries(this.rows.map((row) => [row.key, row.decision])));
    if (answer) this.#goOn(answer);
  }

  /** @param {string} said "key=number" */
  async #decideOne(said) {
    const at = said.lastIndexOf('=');
    const key = said.slice(0, at);
    const answer = await this.#send({ [key]: Number(said.slice(at + 1)) });
    if (!answer) return;
    if (!answer.rows.length) return this.#goOn(answer);
    const list = find('back', this.root)?.closest('section');
    this.root.querySelector(`[data-back="${CSS.escape(key)}"]`)?.remove();
    if (list && !find('back', list)) list.remove();
    remindUndo({ id: this.id, name: this.name, undo: answer.undo });
  }

  /** @param {Record<string, import('./row.js').Decision | null>} choices */
  async #send(choices) {
    if (this.busy) return null;
    this.busy = true;
    const seen = Object.fromEntries(Object.keys(choices).map((key) => [key, this.#dots(key)]));
    try {
      return await send('POST', `/api/conflicts/${this.id}`, { choices, seen });
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && error.body?.rows) await this.#afresh(error);
      else failed(sentence(error));
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** @param {string} key */
  #dots(key) {
    const input = /** @type {HTMLInputElement | null} */ (this.root.querySelector(`input[name="seen.${CSS.escape(key)}"]`));
    return input?.value.split(' ').filter(Boolean) ?? [];
  }

  /** The values have changed: show those of now, and keep what was chosen. @param {ApiError} error */
  async #afresh(error) {
    const kept = new Map(this.rows.filter(({ decision }) => decision !== null).map((row) => [row.key, row.value]));
    const page = new DOMParser().parseFromString(await (await request(location.pathname)).text(), 'text/html');
    const fresh = find('form', page);
    if (!(fresh instanceof HTMLFormElement)) return location.reload();
    this.form?.replaceWith(fresh);
    this.#begin(fresh, kept);
    toast(t('conflicts.afresh', { reason: error.message }), { kind: 'error', lasts: 20_000 });
  }

  /** @param {{ undo: object[], next: string | null }} answer */
  #goOn({ undo, next }) {
    sessionStorage.setItem(UNDO, JSON.stringify({ id: this.id, name: this.name, undo }));
    location.assign(next ?? '/conflicts');
  }

  /** The row that has the focus, or the first undecided one. */
  #here() {
    return this.rows.find(({ element }) => element.contains(document.activeElement)) ?? this.undecided[0] ?? this.rows[0];
  }

  /** @param {number} by */
  #move(by) {
    const at = this.rows.findIndex(({ element }) => element.contains(document.activeElement));
    const to = at < 0 ? 0 : Math.min(this.rows.length - 1, Math.max(0, at + by));
    this.rows[to]?.focus();
    const label = this.rows[to]?.label;
    if (label) announce(t('conflicts.field', { field: label, n: to + 1, count: number(this.rows.length) }));
  }

  #keys() {
    const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
    /** @param {string} hook */
    const go = (hook) => {
      const link = find(hook, this.root);
      if (!(link instanceof HTMLAnchorElement)) return false;
      location.assign(link.href);
      return true;
    };
    pushScope({
      name: 'conflicts',
      bindings: [
        { keys: ['j', 'k'], show: [['j'], ['k']], label: t('key.conflict.field'), run: ({ key }) => this.#move(key === 'j' ? 1 : -1) },
        { keys: digits, show: [['1'], ['2'], ['3']], label: t('key.conflict.pick'), run: ({ key }) => this.#here()?.pickNumber(Number(key)) },
        { keys: ['e'], label: t('key.conflict.edit'), run: () => this.#here()?.edit() },
        { keys: ['a'], label: t('key.conflict.accept'), run: () => this.#here()?.suggested() },
        { keys: ['n', 'p'], show: [['n'], ['p']], label: t('key.conflict.photo'), run: ({ key }) => go(key === 'n' ? 'next' : 'previous') },
        { keys: ['Ctrl+Enter'], label: t('key.conflict.save'), run: () => void this.save() },
      ],
    });
  }
}

/** The undo of what was saved on the page before this one. */
export function offerUndo() {
  const told = sessionStorage.getItem(UNDO);
  if (!told) return;
  sessionStorage.removeItem(UNDO);
  remindUndo(JSON.parse(told));
}

/** @param {Done} done */
function remindUndo({ id, name, undo }) {
  const message = t('conflicts.saved', { photo: name });
  if (!undo.length) return void toast(message);
  const run = () => void send('PATCH', `/api/assets/${id}`, { changes: undo })
    .then(() => location.assign(`/conflicts/${id}`), (error) => failed(sentence(error)));
  toast(message, { action: t('undo'), run });
}
