// The page's own words in Chinese and English, and which language is on. Words stand in data-t attributes, so that the language can change
// while forms are filled in; the OpenAPI document itself stays English. Used by every module of the page.

const words = {
  en: {
    'skip': 'Skip to the operations',
    'places': 'Records',
    'console': 'Console',
    'app': 'App',
    'document': 'openapi.json',
    'search': 'Search the operations',
    'search.hint': 'Search operations',
    'operations': 'Operations',
    'none': 'No operation matches.',
    'language': '中文',
    'language.label': '切换到中文',
    'parameters': 'Parameters',
    'body': 'Body',
    'answers': 'Answers',
    'required': 'required',
    'default': 'default:',
    'fields': 'fields',
    'headers': 'Headers',
    'example': 'Example',
    'try': 'Try it',
    'accept': 'Answer as',
    'media': 'Media type',
    'more': 'Headers of the request',
    'send': 'Send',
    'stop': 'Stop',
    'curl': 'With curl',
    'copy': 'Copy',
    'copied': 'Copied',
    'sending': 'Sending…',
    'stopped': 'Stopped.',
    'ended': 'The stream has ended.',
    'enough': 'Stopped here: this page shows only the beginning.',
    'empty': 'No body.',
    'unreachable': 'There was no answer:',
    'failed': 'The document could not be read:',
    'retry': 'Try again',
  },
  zh: {
    'skip': '跳到接口列表',
    'places': 'Records',
    'console': '控制台',
    'app': '应用',
    'document': 'openapi.json',
    'search': '搜索接口',
    'search.hint': '搜索接口',
    'operations': '接口',
    'none': '没有匹配的接口。',
    'language': 'English',
    'language.label': 'Switch to English',
    'parameters': '参数',
    'body': '请求体',
    'answers': '响应',
    'required': '必填',
    'default': '默认：',
    'fields': '字段',
    'headers': '响应头',
    'example': '示例',
    'try': '试一试',
    'accept': '响应格式',
    'media': '媒体类型',
    'more': '请求头',
    'send': '发送',
    'stop': '停止',
    'curl': '用 curl',
    'copy': '复制',
    'copied': '已复制',
    'sending': '正在发送…',
    'stopped': '已停止。',
    'ended': '事件流已结束。',
    'enough': '到此为止：此页只显示开头部分。',
    'empty': '没有内容。',
    'unreachable': '没有收到响应：',
    'failed': '无法读取接口文档：',
    'retry': '重试',
  },
};

/** Kept under the same names as by the frontend: what was chosen there holds here, and the other way round. */
function remembered(key) {
  try {
    return localStorage.getItem(`records.${key}`);
  } catch {
    return null;
  }
}

const browserLanguage = (navigator.language || 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en';
let language = remembered('language') in words ? remembered('language') : browserLanguage;

export const word = (key) => words[language][key];

const marks = {
  'data-t': (element, text) => element.replaceChildren(text),
  'data-t-label': (element, text) => element.setAttribute('aria-label', text),
  'data-t-hint': (element, text) => element.setAttribute('placeholder', text),
};

/** Puts the words of the language on the page, now and after a switch. */
export function applyWords() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const [mark, put] of Object.entries(marks)) {
    for (const element of document.querySelectorAll(`[${mark}]`)) put(element, word(element.getAttribute(mark)));
  }
}

export function switchLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  try {
    localStorage.setItem('records.language', language);
  } catch {
    /* storage is switched off: the choice holds until the page is left */
  }
  applyWords();
}

/** The colours chosen in the frontend; without a choice the system's. */
export function applyTheme() {
  const theme = remembered('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}
