/** What sign-in and set-up share: send the form without leaving the page, say the error at its field. */

import { ApiError, send, sentence } from '../lib/api.js';
import { find } from '../lib/dom.js';

/** Only a path of this very site: an address of elsewhere would make this page a springboard. @param {string} next */
export function safeNext(next) {
  if (!/^\/(?![/\\])/.test(next)) return '/';
  const url = new URL(next, 'http://here.invalid');
  return url.origin === 'http://here.invalid' ? url.pathname + url.search : '/';
}

/** @param {HTMLFormElement} form @param {string} url of the API @param {string} busy what the button says meanwhile */
export function enhance(form, url, busy) {
  const button = form.querySelector('button[type="submit"]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const label = button?.textContent ?? '';
    if (button instanceof HTMLButtonElement) [button.disabled, button.textContent] = [true, busy];
    clear(form);
    try {
      await send('POST', url, { name: String(data.get('name')), password: String(data.get('password')) });
      location.replace(safeNext(String(data.get('next') ?? '/')));
    } catch (error) {
      if (button instanceof HTMLButtonElement) [button.disabled, button.textContent] = [false, label];
      show(form, error);
    }
  });
}

/** @param {HTMLFormElement} form */
function clear(form) {
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  for (const error of form.querySelectorAll('.error-text')) error.textContent = '';
}

/** @param {HTMLFormElement} form @param {unknown} error */
function show(form, error) {
  const whole = find('form-error', form);
  const field = error instanceof ApiError && error.field ? form.elements.namedItem(error.field) : null;
  const reason = sentence(error);
  if (whole) whole.textContent = reason;
  const input = field instanceof HTMLInputElement ? field : form.querySelector('input[type="password"]');
  if (!(input instanceof HTMLInputElement)) return;
  if (field) {
    input.setAttribute('aria-invalid', 'true');
    if (whole) {
      whole.id ||= 'form-error';
      input.setAttribute('aria-describedby', whole.id);
    }
  }
  input.focus();
  input.select();
}
