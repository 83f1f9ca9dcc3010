import type { CompiledBackend, CompiledRule } from './table.ts';

/** Spreads requests over the backends of a rule by weight, as evenly in time as can be. */
export interface WeightTurns {
  /** Undefined when no backend has any weight. */
  next(rule: CompiledRule): CompiledBackend | undefined;
  /** Forgets rules that are gone. */
  keep(rules: ReadonlySet<string>): void;
}

interface Turn {
  weights: readonly number[];
  credit: number[];
}

/**
 * Smooth weighted round robin: each turn every backend earns its weight, the richest serves and pays the total. Credit
 * outlives changes of the table while the weights stay, so that frequent changes do not favour the first backend.
 */
export function createWeightTurns(): WeightTurns {
  const turns = new Map<string, Turn>();

  function turnOf(rule: CompiledRule): Turn {
    const known = turns.get(rule.key);
    if (known?.weights.length === rule.backends.length && rule.backends.every((b, i) => b.weight === known.weights[i]))
      return known;
    const fresh = { weights: rule.backends.map((backend) => backend.weight), credit: rule.backends.map(() => 0) };
    turns.set(rule.key, fresh);
    return fresh;
  }

  return {
    next(rule) {
      if (rule.totalWeight <= 0) return undefined;
      if (rule.backends.length === 1) return rule.backends[0];
      const { credit } = turnOf(rule);
      let best = -1;
      for (const [index, backend] of rule.backends.entries()) {
        if (backend.weight <= 0) continue;
        credit[index] = (credit[index] ?? 0) + backend.weight;
        if (best < 0 || (credit[index] ?? 0) > (credit[best] ?? 0)) best = index;
      }
      credit[best] = (credit[best] ?? 0) - rule.totalWeight;
      return rule.backends[best];
    },
    keep(rules) {
      for (const key of turns.keys()) if (!rules.has(key)) turns.delete(key);
    },
  };
}
