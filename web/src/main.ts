// Starts the page.
import { App } from './app';
import { placeIcons } from './ui/icons';
import { startTheme } from './ui/theme';

placeIcons();
startTheme();
new App().start();
