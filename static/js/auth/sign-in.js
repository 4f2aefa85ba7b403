/** The sign-in page: signs in without a reload, or renews a session that is still good and goes back at once. */

import { request } from '../lib/api.js';
import { find } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { startShell } from '../lib/shell.js';
import { enhance, safeNext } from './form.js';

startShell();
const resume = find('resume')?.dataset.resume;
if (resume !== undefined) {
  request('/api/auth/refresh', { method: 'POST' }).then(() => location.replace(safeNext(resume)), () => { /* then a person signs in */ });
}
const form = find('sign-in');
if (form instanceof HTMLFormElement) enhance(form, '/api/auth/sign-in', t('sign-in.busy'));
