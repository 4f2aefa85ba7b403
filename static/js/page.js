/** What every page has: theme, navigation, account menu, offline banner; pages with more import `lib/shell.js` themselves. */

import { startShell } from './lib/shell.js';

startShell();
