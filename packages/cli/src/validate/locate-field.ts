import { EVENT_ID, type Event, getScalarValue, parseEvents } from 'js-yaml';
import type { DocumentText } from './split-documents.ts';

/**
 * Finds the lines of fields by their paths (`['spec', 'ports', '0', 'name']`). A field that is not there is where its nearest
 * parent is. The document is parsed a second time, with positions, when the first field is asked for.
 */
export function createLocator({ text, firstLine }: DocumentText): (steps: readonly string[]) => number {
  let events: Event[] | undefined;
  return (steps) => {
    events ??= parseEvents(text, {});
    return firstLine + countLines(text, offsetOf(events, text, steps));
  };
}

function offsetOf(events: readonly Event[], text: string, steps: readonly string[]): number {
  // The first event opens the document, the second is its root.
  let index = 1;
  let best = startOf(events[index]) ?? 0;
  for (const step of steps) {
    const child = childOf(events, index, text, step);
    if (!child) break;
    best = child.offset;
    index = child.value;
  }
  return best;
}

function childOf(
  events: readonly Event[],
  parent: number,
  text: string,
  step: string,
): { value: number; offset: number } | undefined {
  const type = events[parent]?.type;
  if (type !== EVENT_ID.MAPPING && type !== EVENT_ID.SEQUENCE) return undefined;
  let index = parent + 1;
  for (let item = 0; index < events.length && events[index]?.type !== EVENT_ID.POP; item += 1) {
    const key = events[index];
    const offset = startOf(key);
    if (type === EVENT_ID.SEQUENCE) {
      if (String(item) === step) return offset === undefined ? undefined : { value: index, offset };
      index = after(events, index);
      continue;
    }
    const value = after(events, index);
    if (key?.type === EVENT_ID.SCALAR && offset !== undefined && getScalarValue(text, key) === step) {
      return { value, offset };
    }
    index = after(events, value);
  }
  return undefined;
}

/** The event behind a value and all that is in it. */
function after(events: readonly Event[], index: number): number {
  let depth = 0;
  for (let i = index; i < events.length; i += 1) {
    const type = events[i]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
    else if (type === EVENT_ID.POP) depth -= 1;
    if (depth === 0) return i + 1;
  }
  return events.length;
}

function startOf(event: Event | undefined): number | undefined {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart < 0 ? undefined : event.valueStart;
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart;
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start;
  return undefined;
}

function countLines(text: string, offset: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
