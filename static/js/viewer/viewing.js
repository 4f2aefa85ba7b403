/** stub to be replaced */
/** @param {any} timeline */
export function startViewing(timeline) {
  void timeline;
  return { /** @param {number} ordinal @param {any} [o] */ open(ordinal, o) { void ordinal; void o; }, async fromAddress() {} };
}
