import { type Child, compareApplied } from '@serval/kube/client';
import { type Deployment, isConditionTrue, type KnativeService, knativeServices } from '@serval/kube/objects';
import { fieldManager } from '../names.ts';
import { isRolledOut } from './render/observed-children.ts';
import { isWayIn } from './status/ingress-state.ts';

const knativeGroup = knativeServices.group;

export interface BetweenModes {
  /** What may be there now. */
  readonly children: readonly Child[];
  /** Whether a child that is no longer rendered may go. */
  readonly mayGo: (child: Child) => boolean;
}

/**
 * What of two modes is there while a service changes from one to the other. What serves stays until the other mode's Pods are there. In
 * both modes a component has a Service of the same name, made by Serval or by Knative, and neither gives way to the other: so that of the
 * former mode goes first, and then the other is made. In the moment between, the name leads nowhere.
 *
 * @param rendered  of the mode that is to be
 * @param live  children from caches, among them what Knative made for the service
 */
export function betweenModes(rendered: readonly Child[], live: readonly Child[]): BetweenModes {
  return rendered.some(isKnative) ? toKnative(rendered, live) : toStandard(rendered, live);
}

function toKnative(rendered: readonly Child[], live: readonly Child[]): BetweenModes {
  const is = (type: string) =>
    rendered.every((child) => {
      const known = liveOf(child, live)?.object as KnativeService | undefined;
      const { metadata, status } = known ?? {};
      return (
        known !== undefined &&
        isApplied(known, child) &&
        (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1) &&
        isConditionTrue(status?.conditions, type)
      );
    });
  // Knative is not ready as long as it cannot have the names.
  const [couldServe, serves] = [is('ConfigurationsReady'), is('Ready')];
  return {
    children: rendered,
    mayGo: (child) => isKnative(child) || (child.object.kind === 'Deployment' ? serves : couldServe),
  };
}

function toStandard(rendered: readonly Child[], live: readonly Child[]): BetweenModes {
  const isLeft = live.some(isKnative);
  const serves = rendered.every((child) => {
    if (child.object.kind !== 'Deployment') return true;
    const known = liveOf(child, live)?.object as Deployment | undefined;
    return known !== undefined && isApplied(known, child) && isRolledOut(known);
  });
  const isTaken = rendered.some((child) => isOfKnativeRoute(liveOf(child, live)));
  // Nobody is led to a Service that is not there.
  const waits = ({ object }: Child) => (isLeft || isTaken) && (object.kind === 'Service' || isWayIn(object));
  return {
    children: rendered.filter((child) => !waits(child)),
    mayGo: (child) => !isKnative(child) || serves,
  };
}

function isKnative({ resource }: Child): boolean {
  return resource.group === knativeGroup;
}

/** Knative's own Service, which goes with its Route. */
function isOfKnativeRoute(child: Child | undefined): boolean {
  const owner = child?.object.metadata.ownerReferences?.find(({ controller }) => controller);
  return owner?.kind === 'Route' && owner.apiVersion.startsWith(`${knativeGroup}/`);
}

function isApplied(known: Child['object'], { object }: Child): boolean {
  return compareApplied(known, object, fieldManager).verdict !== 'differs';
}

function liveOf({ resource, object }: Child, live: readonly Child[]): Child | undefined {
  return live.find(
    (other) =>
      other.resource.group === resource.group &&
      other.resource.plural === resource.plural &&
      other.object.metadata.name === object.metadata.name,
  );
}
