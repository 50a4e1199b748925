// The live figures: counts by status and owner as the gateway sends them, and how the connection is. Drawn by tiles.js, analytics.js
// and the navigation; started by app.js.
import { signal } from './state.js';
import { prefs } from './prefs.js';
import { liveUrl } from './api.js';
import { localTime, t } from './i18n.js';

/** { total, status_counts, owner_counts, as_of, source: 'live' | 'live_flink' | 'flink' | 'sql_fallback' } or null. */
export const figures = signal(null);

/** 'off', 'connecting', 'live', 'waiting' (lost, trying again) or 'resting' (the page is in the background). */
export const liveState = signal('off');

let stream = null;
let retry = 0;
let tries = 0;

function disconnect(state) {
  clearTimeout(retry);
  stream?.close();
  stream = null;
  liveState.set(state);
}

function connect() {
  disconnect('connecting');
  const own = new EventSource(liveUrl());
  stream = own;
  own.addEventListener('open', () => {
    tries = 0;
    liveState.set('live');
  });
  own.addEventListener('counts', (event) => {
    try {
      const counts = JSON.parse(event.data);
      figures.set({ ...counts, source: counts.source === 'flink_cdc' ? 'live_flink' : 'live' });
    } catch {
      /* not ours to understand: the next one counts */
    }
  });
  own.addEventListener('error', () => {
    if (own !== stream) return;
    liveState.set('waiting');
    // A broken connection is taken up again by the browser; a refused one is not.
    if (own.readyState === EventSource.CLOSED) retry = setTimeout(connect, Math.min(15_000, 1000 * 2 ** tries++));
  });
}

const wanted = () => prefs.live.value === 'on';

function settle() {
  if (!wanted()) disconnect('off');
  else if (document.hidden) disconnect('resting');
  else connect();
}

export const toggleLive = () => prefs.live.set(wanted() ? 'off' : 'on');

/** Follows the user's choice, the API address and whether the page is seen at all: a browser allows few connections to one host. */
export function startLive() {
  prefs.live.watch(settle);
  let address = prefs.api.value;
  prefs.api.watch((next) => {
    if (next === address) return;
    address = next;
    figures.set(null);
    settle();
  });
  document.addEventListener('visibilitychange', settle);
  addEventListener('pagehide', () => disconnect('resting'));
  addEventListener('pageshow', (event) => {
    if (event.persisted) settle();
  });
}

/** Keeps every [data-live-state] on the page up to date. */
export function drawLiveState() {
  const draw = () => {
    for (const place of document.querySelectorAll('[data-live-state]')) {
      place.dataset.liveState = liveState.value;
      const text = place.querySelector('[data-live-text]');
      const words = t(`live.${liveState.value}`);
      if (text.textContent !== words) text.textContent = words;
      const time = figures.value?.as_of;
      place.title = time ? t('live.as_of', { time: localTime(time, true) }) : '';
    }
  };
  liveState.watch(draw);
  figures.watch(draw);
  prefs.language.watch(draw);
}
