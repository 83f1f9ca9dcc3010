import type { Json, JsonObject } from '@serval/kube/objects';
import { entriesOf, fieldType, itemElement, itemType, shapeOf, type Typed } from './shape.ts';

/**
 * away. Neither argument is changed; the result may share parts of both.
 */
export function mergeApplied(type: Typed, live: Json | undefined, applied: Json | undefined): Json | undefined {
  if (applied === undefined) return live;
  if (live === undefined || live === null || applied === null) return applied;
  const shape = shapeOf(type, applied);
  if (shape === 'leaf') return applied;
  if (shape === 'map') {
    return shapeOf(type, live) === 'map' ? mergeFields(type, live as JsonObject, applied as JsonObject) : applied;
  }
  return shapeOf(type, live) === 'list' ? mergeItems(type, live as Json[], applied as Json[]) : applied;
}

function mergeFields(type: Typed, live: JsonObject, applied: JsonObject): JsonObject {
  const result: JsonObject = { ...live };
  for (const [key, value] of entriesOf(applied)) {
    const before = Object.hasOwn(live, key) ? live[key] : undefined;
    const merged = mergeApplied(fieldType(type, key), before, value) as Json;
    Object.defineProperty(result, key, { value: merged, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

/**
 * Applied items come in their order; items that only the live list has keep their place among them. So a reordering of what is
 * applied takes effect, and what others added does not move.
 */
function mergeItems(type: Typed, live: Json[], applied: Json[]): Json[] {
  const liveKeys = live.map((item) => itemElement(type, item));
  const appliedKeys = applied.map((item) => itemElement(type, item));
  const wanted = new Set(appliedKeys);
  const liveItems = new Map<string, Json | undefined>();
  liveKeys.forEach((key, i) => {
    liveItems.set(key, liveItems.has(key) ? undefined : live[i]);
  });
  const shared = appliedKeys.filter((key) => liveItems.has(key));
  const result: Json[] = [];
  let nextShared = 0;
  let l = 0;
  let a = 0;
  while (l < live.length || a < applied.length) {
    const key = liveKeys[l];
    if (key !== undefined && !wanted.has(key)) {
      result.push(live[l] as Json);
      l += 1;
      continue;
    }
    // An item that is wanted elsewhere, or stands in the result already, is passed over here.
    const isDue = key !== undefined && key === shared[nextShared];
    if (key !== undefined && !isDue) {
      l += 1;
      continue;
    }
    const next = appliedKeys[a];
    if (next === undefined) break;
    result.push(mergeApplied(itemType(type), liveItems.get(next), applied[a]) as Json);
    if (next === key) l += 1;
    if (next === shared[nextShared]) nextShared += 1;
    a += 1;
  }
  return result;
}
