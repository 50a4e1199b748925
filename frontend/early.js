// Runs before the first paint, as a classic script in <head>: puts the remembered language and colours on <html>, so that nothing
// flashes. modules/prefs.js owns the same keys and keeps them from then on.
(() => {
  const root = document.documentElement;
  let language = null;
  let theme = null;
  try {
    language = localStorage.getItem('records.language');
    theme = localStorage.getItem('records.theme');
  } catch {
    /* storage is switched off: the defaults stand */
  }
  if (language !== 'zh' && language !== 'en') language = (navigator.language || 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
  root.lang = language === 'zh' ? 'zh-CN' : 'en';
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
})();
