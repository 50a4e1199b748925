// Small tools for building the page: elements, own words, the document's text, blocks of code. What the document and the answers hold only
// ever becomes text nodes and attributes. Used by docs.js and trial.js.
import { word } from './words.js';

export const byId = (id) => document.getElementById(id);

/** h('a', { href, class, onclick }, 'text', node, …); what is missing or false is left out. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** An element with one of the page's own words. */
export const own = (tag, key, attributes) => h(tag, { 'data-t': key, ...attributes }, word(key));

/** Text of the document, where `backticks` mean code. */
export const rich = (text = '') => text.split('`').map((part, index) => (index % 2 ? h('code', {}, part) : part));

export const paragraphs = (text) => (text ? text.split('\n\n').map((each) => h('p', { lang: 'en' }, rich(each))) : []);

async function copy(button, source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // Not a secure origin: select and copy as a hand would.
    getSelection().selectAllChildren(source);
    document.execCommand('copy');
  }
  const say = (key) => {
    button.dataset.t = key;
    button.textContent = word(key);
  };
  say('copied');
  setTimeout(say, 1500, 'copy');
}

/** A block of code that scrolls within itself. Its <pre> is the first child. */
export function block(text, { wrapped = false, copyable = false, key = 'example' } = {}) {
  const pre = h(
    'pre',
    { 'class': wrapped && 'wrapped', 'tabindex': 0, 'role': 'region', 'data-t-label': key, 'aria-label': word(key) },
    text,
  );
  const button = copyable && own('button', 'copy', { class: 'button small', type: 'button', onclick: () => copy(button, pre) });
  return h('div', { class: 'block' }, pre, button);
}

/** A <details> whose inside is built when it is first opened. */
export function lazy(details, fill) {
  const build = () => {
    if (!details.open) return;
    details.removeEventListener('toggle', build);
    details.append(fill());
  };
  details.addEventListener('toggle', build);
  return details;
}
