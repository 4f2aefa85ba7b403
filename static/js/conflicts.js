/** The pages of conflicts: the list, and one photo's values side by side. */

import { offerUndo, Resolver } from './conflicts/resolver.js';
import { find } from './lib/dom.js';
import { startShell } from './lib/shell.js';

startShell();
const root = find('resolver');
if (root) new Resolver(root);
else offerUndo();
