/** Talking to the server: CSRF, one refresh of the session at a time, errors with the server's own sentence, offline. */

import { cookie, meta } from './dom.js';
import { t } from './i18n.js';

/** What went wrong, what was kept: `message` and `kept` are sentences to show; status 0 = no connection. */
export class ApiError extends Error {
  /** @param {number} status @param {{code?: string, message?: string, kept?: string, field?: string}} error @param {any} [body] */
  constructor(status, error, body) {
    super(error.message ?? t('error.unexpected'));
    this.status = status;
    this.code = error.code ?? 'unexpected';
    this.kept = error.kept ?? '';
    this.field = error.field ?? '';
    this.body = body;
  }

  /** Both sentences, for a toast. */
  get sentence() {
    return this.kept ? `${this.message} ${this.kept}` : this.message;
  }
}

/** @type {Promise<boolean> | null} */
let refreshing = null;
let online = true;

/** @param {boolean} now */
function reachable(now) {
  if (now === online) return;
  online = now;
  document.dispatchEvent(new CustomEvent('kp:online', { detail: now }));
}

/**
 * A request with the session's headers; refreshes the session once when it has run out.
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} also 304; everything else that is not 2xx is thrown as ApiError
 */
export async function request(url, init = {}) {
  let response = await attempt(url, init);
  if (response.status === 401 && !url.startsWith('/api/auth/')) {
    if (await refreshed()) response = await attempt(url, init);
    else signIn();
  }
  if (response.ok || response.status === 304) return response;
  throw await failure(response);
}

/** @param {string} url @param {RequestInit} init */
async function attempt(url, init) {
  const headers = new Headers(init.headers);
  if (init.method && init.method !== 'GET') headers.set('X-CSRF-TOKEN', cookie(meta('csrf-cookie') || 'kp_csrf'));
  try {
    const response = await fetch(url, { credentials: 'same-origin', ...init, headers });
    reachable(true);
    // Pictures are no requests of ours: they would be refused, loudly, until the next of ours renews.
    if (response.headers.get('X-Session-Ends') === 'soon') void refreshed();
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    reachable(false);
    throw new ApiError(0, { code: 'network', message: t('error.network') });
  }
}

/** All requests that find the session run out wait for the same refresh: rotation allows only one. */
function refreshed() {
  refreshing ??= attempt('/api/auth/refresh', { method: 'POST' })
    .then((response) => response.ok, () => true)
    .finally(() => { refreshing = null; });
  return refreshing;
}

/** Signed out elsewhere: the sign-in page brings the person back to where they were. */
function signIn() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** @param {Response} response */
async function failure(response) {
  const body = await response.json().catch(() => ({}));
  return new ApiError(response.status, body.error ?? {}, body);
}

/** @param {string} url @param {AbortSignal} [signal] @returns {Promise<any>} */
export const getJson = async (url, signal) => (await request(url, { signal })).json();

/** @param {string} url @param {AbortSignal} [signal] */
export async function getBytes(url, signal) {
  const response = await request(url, { signal });
  return { buffer: await response.arrayBuffer(), version: response.headers.get('X-Version') ?? '' };
}

/**
 * Send JSON; the answer's JSON, or null for an empty one.
 * @param {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @param {string} url
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function send(method, url, body) {
  /** @type {RequestInit} */
  const init = { method };
  if (body !== undefined) Object.assign(init, { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  const response = await request(url, init);
  return response.status === 204 ? null : response.json().catch(() => null);
}

/** The sentence of any error, for people. @param {unknown} error */
export const sentence = (error) => (error instanceof ApiError ? error.sentence : t('error.unexpected'));
