// Creates elements from values. A child that is a string becomes a text node: no text is ever parsed as markup.

/** The element with this id. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`expected an element with the id ${id}, found none`);
  return found;
}

/**
 * Makes an element with attributes and children. An attribute is omitted if it is `false`, `null` or `undefined`; `on`
 * has listeners.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute === 'on') {
      for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener);
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(attribute, value === true ? '' : String(value));
    }
  }
  made.append(...children);
  return made;
}

/** Sets the text only if it differs, so that a live region reads only changes aloud. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows or hides. */
export function setShown(target, isShown) {
  if (target.hidden === isShown) target.hidden = !isShown;
}

/**
 * Makes the children of a list correspond to `items`, in order. Existing elements are reused, so the focus is kept.
 * `make` creates an element for a key, `update` updates it.
 */
export function reconcile(list, items, keyOf, make, update) {
  const present = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let previous = null;
  for (const item of items) {
    const key = keyOf(item);
    let child = present.get(key);
    if (child) {
      present.delete(key);
    } else {
      child = make(item);
      child.dataset.key = key;
    }
    update(child, item);
    const expected = previous ? previous.nextElementSibling : list.firstElementChild;
    if (child !== expected) list.insertBefore(child, expected);
    previous = child;
  }
  for (const gone of present.values()) gone.remove();
}

/**
 * Sets whether a button can be used. A button that cannot be used stays reachable with the tab key, so that everybody
 * can read the reason, to which `aria-describedby` refers.
 */
export function setPossible(button, reason, reasonElement) {
  if (reason) {
    button.setAttribute('aria-disabled', 'true');
    button.setAttribute('aria-describedby', reasonElement.id);
  } else {
    button.removeAttribute('aria-disabled');
    button.removeAttribute('aria-describedby');
  }
}

/** The same for a button with its own element for the reason. */
export function setPossibleOrSay(button, reason, reasonElement) {
  setPossible(button, reason, reasonElement);
  setText(reasonElement, reason ?? '');
  setShown(reasonElement, Boolean(reason));
}

/** Whether a button can be used. */
export function isPossible(button) {
  return button.getAttribute('aria-disabled') !== 'true';
}
