import { type Child, compareApplied } from '@serval/kube/client';
import type { Deployment, GrpcRoute, HttpRoute, KubeObject, Pod } from '@serval/kube/objects';
import { appLabel, appOf, componentLabel, fieldManager, generationLabel } from '../names.ts';
import { isRolledOut, isTakenUp } from './render/observed-children.ts';
import { isWayIn } from './status/ingress-state.ts';

/**
 * The live children that may be pruned now. What takes requests goes only after nobody sends it any: first the routes are
 * changed and the gateway has taken them up, then transformers go, and predictors when no transformer asks them any more.
 * Workers and the names by which they and their head find each other stay until other Pods serve. Routes themselves are not kept.
 *
 * @param live  children from caches, which may be older than what was applied
 * @param pods  of the service
 */
export function withoutRetained(desired: readonly Child[], live: readonly Child[], pods: readonly Pod[]): Child[] {
  const keys = new Set(desired.map(keyOfChild));
  const superfluous = live.filter((child) => !keys.has(keyOfChild(child)) && !isWayIn(child.object));
  if (superfluous.length === 0) return [...live];
  const routesMoved = desired.every((child) => !isWayIn(child.object) || hasMoved(child, live));
  const askersMoved =
    desired.every((child) => !isAsker(child) || isSettled(child, live)) && !hasLeavingAskers(desired, pods);
  const headsMoved = desired.every((child) => !isPredictor(child) || isSettled(child, live));
  const retained = new Set(
    superfluous.filter(
      (child) =>
        !routesMoved ||
        (componentOf(child) === 'predictor' && !askersMoved) ||
        (child.object.metadata.labels?.[generationLabel] !== undefined && !headsMoved),
    ),
  );
  return live.filter((child) => !retained.has(child));
}

function hasMoved(route: Child, live: readonly Child[]): boolean {
  const known = liveOf(route, live);
  // A route that is not there yet leads nowhere else.
  return !known || (isApplied(known, route) && (known.kind === 'Ingress' || isTakenUp(known as HttpRoute | GrpcRoute)));
}

/** A Deployment whose Pods are told the predictor's name. */
function isAsker(child: Child): boolean {
  return child.object.kind === 'Deployment' && componentOf(child) !== 'predictor';
}

function isPredictor(child: Child): boolean {
  return child.object.kind === 'Deployment' && componentOf(child) === 'predictor';
}

function isSettled(child: Child, live: readonly Child[]): boolean {
  const known = liveOf(child, live);
  return known !== undefined && isApplied(known, child) && isRolledOut(known as Deployment);
}

/** The cache has seen what was applied last. */
function isApplied(known: KubeObject, { object }: Child): boolean {
  return compareApplied(known, object, fieldManager).verdict !== 'differs';
}

/** Transformers and explainers that are to go may have requests under way as long as their Pods are there. */
function hasLeavingAskers(desired: readonly Child[], pods: readonly Pod[]): boolean {
  const staying = desired.filter(({ object }) => object.kind === 'Deployment');
  const apps = new Set(staying.map(({ object }) => appOf(object.metadata.name ?? '')));
  return pods.some(({ metadata: { labels = {} } }) => {
    const component = labels[componentLabel];
    return component !== undefined && component !== 'predictor' && !apps.has(labels[appLabel] ?? '');
  });
}

function liveOf(child: Child, live: readonly Child[]) {
  const key = keyOfChild(child);
  return live.find((candidate) => keyOfChild(candidate) === key)?.object;
}

function componentOf({ object: { metadata } }: Child): string | undefined {
  return metadata.labels?.[componentLabel];
}

/** Knative has a kind called Service, too. */
function keyOfChild({ resource: { group, plural }, object }: Child): string {
  return `${group}/${plural}/${object.metadata.name}`;
}
