/** Where a credential is said; the nearer one goes before the farther one. */
export type LayerName = 'Stage' | 'Pipeline' | 'Platform';

/** A Secret; never its content. */
export interface SecretReference {
  readonly namespace: string;
  readonly name: string;
}

export interface LayerEntry {
  readonly match: string;
  readonly secretRef: SecretReference;
}

/** The credentials of one kind that a stage, a pipeline or the platform names. */
export interface Layer {
  readonly source: LayerName;
  /** `PerHost`: of what is farther, everything but the hosts that are named here. `None`: nothing. */
  readonly inherit: 'PerHost' | 'None';
  readonly entries: readonly LayerEntry[];
}

/** The layers that count, the nearest first: what stands behind one that inherits nothing does not. */
export function layersThatCount(layers: readonly Layer[]): readonly Layer[] {
  const last = layers.findIndex(({ inherit }) => inherit === 'None');
  return last < 0 ? layers : layers.slice(0, last + 1);
}
