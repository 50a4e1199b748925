// A value that others can watch. Everything that several parts of the page share is one of these: settings (prefs.js), the place in
// the application (route.js), the live figures (live.js).

/** A watched value. `watch` calls at once and after every change, and returns a function that ends the watching. */
export function signal(initial) {
  let value = initial;
  const watchers = new Set();
  return {
    get value() {
      return value;
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const watcher of [...watchers]) watcher(value);
    },
    watch(watcher) {
      watchers.add(watcher);
      watcher(value);
      return () => watchers.delete(watcher);
    },
  };
}
