// Where the frontend starts: puts on language and colours, starts every part, and shows the view that the address bar names.
import { byId } from './modules/dom.js';
import { applyWords, t } from './modules/i18n.js';
import { applyTheme, prefs } from './modules/prefs.js';
import { route, startRouting, views } from './modules/route.js';
import { drawLiveState, startLive } from './modules/live.js';
import { reload, startRecords } from './modules/records.js';
import { startExchange } from './modules/exchange.js';
import { startAnalytics } from './modules/analytics.js';
import { startCluster } from './modules/cluster.js';
import { startSettings } from './modules/settings.js';

function drawTitle() {
  document.title = `${t(`nav.${route.value.view}`)} · ${t('brand')}`;
}

let shown = null;

function showView({ view }) {
  for (const each of views) {
    byId(`view-${each}`).hidden = each !== view;
    document.querySelector(`[data-view-link="${each}"]`).toggleAttribute('aria-current', false);
  }
  document.querySelector(`[data-view-link="${view}"]`).setAttribute('aria-current', 'page');
  drawTitle();
  // After a change of view the heading has the focus, so that a screen reader says where one is.
  if (shown && shown !== view) {
    byId(`h-${view}`).focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  shown = view;
}

applyTheme();
prefs.language.watch(() => {
  applyWords();
  drawTitle();
});
startSettings();
startRouting();
startRecords();
startExchange({ onImported: () => reload() });
startAnalytics();
startCluster();
drawLiveState();
startLive();
route.watch(showView);
document.documentElement.classList.add('ready');
