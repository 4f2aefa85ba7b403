/** The storage pages: numbers in the reader's language, a state that is always the present one, a typed confirmation. */

import { startShell } from './lib/shell.js';
import { startConfirming } from './storage/confirming.js';
import { format } from './storage/format.js';
import { startStanding } from './storage/standing.js';

startShell();
format(document);
startConfirming();
startStanding();
