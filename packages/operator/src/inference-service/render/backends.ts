import type { Component } from './component.ts';

/** A component's share of the requests of a rule. */
export interface Backend {
  readonly component: Component;
  /** Relative to the rule's other backends. */
  readonly weight: number;
}

/** Who answers which requests of a service. */
export interface Traffic {
  /** Where predictions enter: transformers, or predictors where there are none. Never empty; the first is the stable one. */
  readonly front: readonly Backend[];
  /** Never empty; the first is the stable one. */
  readonly predictors: readonly Backend[];
  /** Empty without transformer. */
  readonly transformers: readonly Backend[];
  readonly explainer?: Component | undefined;
}
