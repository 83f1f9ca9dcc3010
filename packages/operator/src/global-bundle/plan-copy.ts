import type { ConfigMap } from '@serval/kube/objects';
import { partOfLabels } from '../declarations/installed-names.ts';
import { bundleKey, globalBundleLabel, globalBundleName } from '../names.ts';
import type { BundleState } from './bundle-state.ts';

/** What is to be done about the copy in one namespace. */
export type CopyPlan =
  | { readonly action: 'nothing' }
  | { readonly action: 'create'; readonly object: ConfigMap }
  | { readonly action: 'patch'; readonly patch: object }
  | { readonly action: 'delete' }
  /** A ConfigMap of that name is somebody else's, and says something else. */
  | { readonly action: 'taken' };

const nothing: CopyPlan = { action: 'nothing' };
const labels = { ...partOfLabels, [globalBundleLabel]: 'true' };

/**
 * One copy for each namespace in which a service needs it, none elsewhere. A bundle that cannot be read changes no copy; one that is
 * not configured any more takes them all away.
 */
export function planCopy(
  namespace: string,
  isNeeded: boolean,
  live: ConfigMap | undefined,
  bundle: BundleState,
): CopyPlan {
  const isOurs = live?.metadata.labels?.[globalBundleLabel] === 'true';
  if (bundle.state === 'unknown') return nothing;
  if (!isNeeded || bundle.state === 'off')
    return isOurs && !live?.metadata.deletionTimestamp ? { action: 'delete' } : nothing;
  if (bundle.pem === undefined) return nothing;
  const data = { [bundleKey]: bundle.pem };
  if (!live) {
    const metadata = { namespace, name: globalBundleName, labels };
    return { action: 'create', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } };
  }
  const isEqual = live.data?.[bundleKey] === bundle.pem;
  if (!isOurs) return isEqual ? nothing : { action: 'taken' };
  const strange = Object.keys(live.data ?? {}).filter((key) => key !== bundleKey);
  if (isEqual && strange.length === 0) return nothing;
  const removed = Object.fromEntries(strange.map((key) => [key, null]));
  return { action: 'patch', patch: { data: { ...removed, ...data } } };
}
