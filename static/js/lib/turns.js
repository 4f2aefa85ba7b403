/** One turn after another: asked for meanwhile it is taken once more, and one that failed again, later and later. */

/** Doublings of the pause after failures. */
const MOST = 5;

/**
 * @param {() => Promise<unknown>} act
 * @param {number} pause ms between two turns
 * @returns {() => Promise<void>} asks for a turn
 */
export function inTurns(act, pause) {
  let [busy, again, failures] = [false, false, 0];
  return async function ask() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await act();
      failures = 0;
    } catch {
      // Nobody else may ever ask again.
      again = true;
      failures = Math.min(MOST, failures + 1);
    }
    setTimeout(() => {
      busy = false;
      if (!again) return;
      again = false;
      void ask();
    }, pause * 2 ** failures);
  };
}
