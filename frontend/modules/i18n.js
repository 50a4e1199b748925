// Words, numbers and times in the chosen language. `t` gives a text; `applyWords` fills the static page; modules that draw texts
// themselves watch `prefs.language` and draw again.
import { prefs } from './prefs.js';
import en from '../words/en.js';
import zh from '../words/zh.js';

const words = { en, zh };
const locale = { en: 'en', zh: 'zh-CN' };

/** The text for `key`; `{name}` in it is filled from `values`. A text may be a function of the values (plural forms). */
export function t(key, values = {}) {
  const text = words[prefs.language.value][key] ?? en[key] ?? key;
  if (typeof text === 'function') return text({ ...values, count: number(values.n) }, values.n);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const has = (key) => key in en;

export const number = (value) => (typeof value === 'number' ? new Intl.NumberFormat(locale[prefs.language.value]).format(value) : '–');

export const percent = (share) =>
  new Intl.NumberFormat(locale[prefs.language.value], { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);

const two = (value) => String(value).padStart(2, '0');

/** Local time as 2025-11-24 14:03, the same in both languages so that columns line up. */
export function localTime(rfc3339, withSeconds = false) {
  const moment = new Date(rfc3339);
  if (!rfc3339 || Number.isNaN(moment.getTime())) return '–';
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}${withSeconds ? `:${two(moment.getSeconds())}` : ''}`;
}

export function bytes(value) {
  if (typeof value !== 'number') return '–';
  const step = value < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(value) / 10));
  const amount = value / 1024 ** step;
  return `${number(amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount))} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][step]}`;
}

/** Milliseconds as people say them. */
export function duration(ms) {
  if (typeof ms !== 'number') return '–';
  if (ms < 1000) return `${number(ms < 10 ? Math.round(ms * 100) / 100 : Math.round(ms))} ms`;
  return `${number(Math.round(ms / 100) / 10)} s`;
}

export const statuses = ['pending', 'active', 'done', 'archived'];
export const statusName = (status) => (has(`status.${status}`) ? t(`status.${status}`) : String(status ?? '–'));

const marks = [
  [
    'data-t',
    (element, text) => {
      element.textContent = text;
    },
  ],
  ['data-t-label', (element, text) => element.setAttribute('aria-label', text)],
  ['data-t-hint', (element, text) => element.setAttribute('placeholder', text)],
  ['data-t-title', (element, text) => element.setAttribute('title', text)],
];

/** Fills every marked element of the static page. Called by app.js at the start and when the language changes. */
export function applyWords() {
  document.documentElement.lang = locale[prefs.language.value];
  for (const [mark, put] of marks) {
    for (const element of document.querySelectorAll(`[${mark}]`)) put(element, t(element.getAttribute(mark)));
  }
}
