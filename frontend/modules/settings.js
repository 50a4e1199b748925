// The view of settings: API address (checked, tested, remembered), language and colours; and the two quick switches beside the
// navigation. Started by app.js.
import { byId, icon, segments } from './dom.js';
import { duration, t } from './i18n.js';
import { languages, prefs, themes } from './prefs.js';
import { apiBase, getHealth, Problem } from './api.js';
import { showBanner, showFieldErrors, showNotice, tell } from './messages.js';

const form = byId('settings-api');
const field = byId('api-address');

/** The address as written, without what the user need not care about; throws a text for people. */
function written() {
  const text = field.value.trim();
  if (!text) return '';
  let url;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch {
    throw t('settings.api_bad');
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) throw t('settings.api_bad');
  return url.href.replace(/\/+$/, '');
}

/** Runs `action` with the address, or says beside the field what is wrong with it. */
function withAddress(action) {
  byId('api-result').replaceChildren();
  showFieldErrors(form, []);
  try {
    return action(written());
  } catch (message) {
    if (typeof message !== 'string') throw message;
    showFieldErrors(form, [{ field: 'api', message }]).first.focus();
    return undefined;
  }
}

async function test(address) {
  const result = byId('api-result');
  byId('api-test').disabled = true;
  const start = performance.now();
  try {
    const health = await getHealth({ address });
    if (!health?.status) throw new Problem({ kind: 'foreign' });
    showNotice(
      result,
      health.status === 'ok' ? 'good' : 'warn',
      t(`settings.test_${health.status === 'ok' ? 'ok' : 'degraded'}`),
      t('settings.test_detail', { version: health.version ?? '–', time: duration(performance.now() - start) }),
    );
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showBanner(result, problem);
  } finally {
    byId('api-test').disabled = false;
  }
}

function drawAddress() {
  field.value = prefs.api.value;
  field.placeholder = apiBase('');
  byId('link-console').href = apiBase();
  byId('link-docs').href = `${apiBase()}docs`;
}

function drawChoices() {
  segments(
    byId('choose-language'),
    'language',
    languages.map((value) => ({ value, label: t(`language.${value}`) })),
    prefs.language.value,
    (value) => prefs.language.set(value),
  );
  segments(
    byId('choose-theme'),
    'theme',
    themes.map((value) => ({ value, label: t(`theme.${value}`) })),
    prefs.theme.value,
    (value) => prefs.theme.set(value),
  );
  const name = t('theme.switch', { now: t(`theme.${prefs.theme.value}`) });
  byId('switch-theme').replaceChildren(icon({ system: 'system', light: 'sun', dark: 'moon' }[prefs.theme.value]));
  byId('switch-theme').setAttribute('aria-label', name);
  byId('switch-theme').title = name;
}

/** Draws the choices again and leaves the focus on the one that was pressed. */
function redrawChoices() {
  const { id, name, value } = document.activeElement ?? {};
  drawChoices();
  if (name === 'language' || name === 'theme') document.querySelector(`input[name="${name}"][value="${value}"]`)?.focus();
  else if (id === 'switch-theme') byId(id).focus();
}

export function startSettings() {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    withAddress((address) => {
      prefs.api.set(address);
      drawAddress();
      tell(t('settings.saved'), apiBase());
    });
  });
  byId('api-test').addEventListener('click', () => withAddress(test));
  byId('api-reset').addEventListener('click', () => {
    showFieldErrors(form, []);
    byId('api-result').replaceChildren();
    prefs.api.set('');
    drawAddress();
    tell(t('settings.saved'), apiBase());
  });
  byId('switch-language').addEventListener('click', () => prefs.language.set(prefs.language.value === 'zh' ? 'en' : 'zh'));
  byId('switch-theme').addEventListener('click', () => prefs.theme.set(themes[(themes.indexOf(prefs.theme.value) + 1) % themes.length]));
  drawAddress();
  prefs.language.watch(redrawChoices);
  prefs.theme.watch(redrawChoices);
}
