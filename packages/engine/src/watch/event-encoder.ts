import type { AnyObject, WatchEvent } from '@serval/kube/objects';

// Watchers of one kind read an event at nearly the same time, so few need to be kept.
const keptTexts = 64;

/** Encodes watch events as lines; an object that several watchers get is encoded once. */
export function createEventEncoder(): (event: WatchEvent) => string {
  const texts = new Map<AnyObject, string>();
  return ({ type, object }) => {
    let text = texts.get(object);
    if (text === undefined) {
      text = JSON.stringify(object);
      texts.set(object, text);
      if (texts.size > keptTexts) texts.delete(texts.keys().next().value!);
    }
    return `{"type":"${type}","object":${text}}\n`;
  };
}
