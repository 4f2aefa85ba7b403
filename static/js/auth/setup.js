/** The page of the first account. */

import { find } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { startShell } from '../lib/shell.js';
import { enhance } from './form.js';

startShell();
const form = find('setup');
if (form instanceof HTMLFormElement) enhance(form, '/api/auth/setup', t('setup.busy'));
