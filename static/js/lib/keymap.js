/** Keys: scopes on a stack, the top one first; single letters can be switched off and never fire while typing. */

import { cookie, isTyping, remember } from './dom.js';

/**
 * @typedef {{ keys: string[], label?: string, show?: string[][], run: (event: KeyboardEvent) => boolean | void }} Binding
 *   `keys` as "Shift+D", "Ctrl+a", "ArrowLeft", "?"; `label` and `show` are for the sheet; `run` returning false lets the key pass.
 * @typedef {{ name: string, bindings: Binding[] }} Scope
 */

/** @type {Scope[]} */
const stack = [];
let letters = cookie('kp_keys') !== 'off';

export const lettersOn = () => letters;

/** @param {boolean} on */
export function switchLetters(on) {
  letters = on;
  remember('kp_keys', on ? 'on' : 'off');
}

/** Make a scope the first to be asked. @param {Scope} scope @returns {() => void} takes it away again */
export function pushScope(scope) {
  stack.unshift(scope);
  return () => {
    const at = stack.indexOf(scope);
    if (at >= 0) stack.splice(at, 1);
  };
}

/** What the sheet shows: the scopes in force, top first. */
export const scopes = () => stack.map((scope) => ({ ...scope, bindings: scope.bindings.filter((binding) => binding.label) }));

/** "Ctrl+Shift+a" of an event; Meta counts as Ctrl, and Shift is said only where the key does not show it. @param {KeyboardEvent} event */
export function chord(event) {
  const named = event.key.length > 1;
  return (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + (event.altKey ? 'Alt+' : '') + (event.shiftKey && named ? 'Shift+' : '') + (event.key === ' ' ? 'Space' : event.key);
}

/** Controls that move by arrows themselves keep them. @param {KeyboardEvent} event */
const belongsToControl = (event) => /^(Arrow|Home|End|Page)/.test(event.key) && event.target instanceof Element
  && event.target.matches('input[type="radio"], input[type="range"], video, [role="slider"], [role="option"], summary');

/** @param {KeyboardEvent} event */
function dispatch(event) {
  if (event.defaultPrevented || event.isComposing || belongsToControl(event)) return;
  const pressed = chord(event);
  const typed = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isTyping(event.target) && pressed !== 'Escape') return;
  if (typed && event.key !== ' ' && !letters) return;
  if (document.querySelector('dialog[open]')) return;
  for (const scope of stack) {
    for (const binding of scope.bindings) {
      if (!binding.keys.includes(pressed)) continue;
      if (binding.run(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
}

globalThis.document?.addEventListener('keydown', dispatch);
