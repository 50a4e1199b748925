// What the browser remembers for the user: API address, language, colours, live figures on or off. One watched value each,
// kept in localStorage where that works. early.js reads language and theme before the first paint.
import { signal } from './state.js';

const prefix = 'records.';

function stored(key) {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, value);
  } catch {
    /* storage is switched off: the choice holds until the page is left */
  }
}

/** `fallback` stands for "nothing chosen" and is not stored. */
function preference(key, fallback, allowed) {
  const found = stored(key);
  const value = signal(found !== null && (!allowed || allowed.includes(found)) ? found : fallback);
  return {
    ...value,
    get value() {
      return value.value;
    },
    set(next) {
      keep(key, next === fallback ? null : next);
      value.set(next);
    },
  };
}

const browserLanguage = (navigator.language || 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';

export const languages = ['zh', 'en'];
export const themes = ['system', 'light', 'dark'];

export const prefs = {
  api: preference('api', ''),
  language: preference('language', browserLanguage, languages),
  theme: preference('theme', 'system', themes),
  live: preference('live', 'on', ['on', 'off']),
};

/** Puts the chosen colours on the page, now and on every change. Called once by app.js. */
export function applyTheme() {
  prefs.theme.watch((theme) => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
}
