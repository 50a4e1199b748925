// Small tools for building the page: elements, SVG elements, icons, debouncing. Data only ever becomes text nodes and attributes.
// Used by every module that draws.

export const byId = (id) => document.getElementById(id);

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** h('a', { href, class, onclick }, 'text', node, …) */
export const h = (tag, attributes, ...children) => build(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const s = (tag, attributes, ...children) => build(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

/** One of the symbols in index.html. */
export const icon = (name, look = '') => s('svg', { 'class': `icon ${look}`, 'aria-hidden': 'true' }, s('use', { href: `#i-${name}` }));

/** Runs `action` once the calls have paused for `pause` ms; `flush` runs a waiting call now. */
export function debounce(action, pause) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      action();
    }, pause);
  };
  later.flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    action();
  };
  return later;
}

/** A row of radio buttons that looks like one control. `options`: [{ value, label, dot }]. */
export function segments(host, name, options, chosen, onPick) {
  host.replaceChildren(
    ...options.map(({ value, label, dot }) =>
      h(
        'label',
        { class: 'segment' },
        h('input', { type: 'radio', name, value, checked: value === chosen, onchange: onPick && (() => onPick(value)) }),
        h('span', {}, dot && h('i', { class: `dot ${dot}` }), label),
      ),
    ),
  );
}
