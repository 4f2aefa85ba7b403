/** The page of the timeline: frame, grid, and the viewer when a photo is opened or the address names one. */

import { find } from './lib/dom.js';
import { startNotices } from './lib/notices.js';
import { startShell } from './lib/shell.js';
import { startViewing } from './viewer/viewing.js';
import { Timeline } from './timeline/timeline.js';

startShell();
startNotices();
const root = find('timeline');
if (root) {
  const timeline = new Timeline(root, {
    open: (ordinal, info) => viewing.open(ordinal, { info }),
    favourite: (ordinal) => void viewing.favourite(ordinal),
    rate: (ordinal, value) => void viewing.rate(ordinal, value),
  });
  const viewing = startViewing(timeline);
  await timeline.start();
  await viewing.fromAddress();
}
