import { type GatewayClass, gatewayClasses } from '@serval/kube/objects';
import {
  implementationOf,
  implementations,
  isKongIngressController,
  kongUnmanagedAnnotation,
  wordOf,
} from '../../gateway/implementations.ts';
import { evidenceOf, sayingOf, stateOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayApiOff, gatewayClassIn, gatewayIn, usesGatewayApi } from '../settings.ts';

/** The class of the configured Gateway: there, owned by a controller that is known and has taken it up. */
export const gatewayClassCheck: Check = {
  name: 'gateway class',
  run(snapshot, notes) {
    const classes = notes.read(snapshot.gatewayClasses, 'GatewayClasses');
    notes.read(snapshot.gateways, 'Gateways');
    const gateway = gatewayIn(snapshot);
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    if ('unread' in snapshot.gatewayClasses || 'unread' in snapshot.gateways) return;
    if (!gateway) return notes.notChecked('there is no Gateway whose class could be looked at');
    const found = gatewayClassIn(snapshot);
    const there = classes.map(({ metadata }) => metadata.name).join(', ') || 'none';
    notes.expect(found !== undefined, 'class-missing', () => ({
      evidence: evidenceOf(gateway, 'spec.gatewayClassName', `${gateway.spec.gatewayClassName}; there are: ${there}`),
      sentence: `GatewayClass ${gateway.spec.gatewayClassName} does not exist`,
      fix: { command: 'kubectl get gatewayclasses', safe: false },
    }));
    if (!found) return;
    checkOwner(found, notes);
    checkKong(found, notes);
    const { infrastructure } = gateway.spec as { infrastructure?: unknown };
    const owner = implementationOf(found.spec.controllerName);
    const ignores = owner !== undefined && owner.features.GatewayInfrastructurePropagation === undefined;
    notes.expect(infrastructure === undefined || !ignores, 'infrastructure-ignored', () => ({
      evidence: evidenceOf(gateway, 'spec.infrastructure', infrastructure),
      sentence: `${owner?.product} does not act on spec.infrastructure`,
      fix: {
        command: `kubectl -n ${gateway.metadata.namespace} patch gateway ${gateway.metadata.name} --type json -p '[{"op":"remove","path":"/spec/infrastructure"}]'`,
        safe: false,
      },
    }));
  },
};

function checkOwner(found: GatewayClass, notes: Notes): void {
  const { conditions } = found.status ?? {};
  const name = found.metadata.name ?? '';
  const { controllerName } = found.spec;
  const state = stateOf(found, conditions, 'Accepted');
  const id = state === 'False' ? 'class-rejected' : 'class-pending';
  const saying = sayingOf(found, conditions, 'Accepted');
  notes.expect(state === 'True', id, () => ({
    evidence: evidenceOf(found, 'status.conditions[Accepted]', saying),
    sentence:
      state === 'False'
        ? `${controllerName} refuses GatewayClass ${name}: ${saying}`
        : `controller ${controllerName} has not taken up GatewayClass ${name}`,
    fix: { command: `kubectl describe gatewayclass ${name}`, safe: false },
  }));
  const owner = implementationOf(controllerName);
  notes.expect(owner !== undefined, 'class-controller-unknown', () => ({
    evidence: evidenceOf(found, 'spec.controllerName', controllerName),
    sentence: `controller ${controllerName} is none that Serval knows, so what it supports is not known either`,
  }));
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const meant = implementations.find((known) => words.includes(wordOf(known)));
  notes.expect(!meant || !owner || wordOf(meant) === wordOf(owner), 'class-name-misleading', () => ({
    evidence: evidenceOf(found, 'spec.controllerName', controllerName),
    sentence: `GatewayClass ${name} sounds like ${meant?.product}, and belongs to ${owner?.product}`,
  }));
}

function checkKong(found: GatewayClass, notes: Notes): void {
  if (!isKongIngressController(found.spec.controllerName)) return;
  const { name = '', resourceVersion, annotations } = found.metadata;
  const value = annotations?.[kongUnmanagedAnnotation];
  notes.expect(value !== undefined, 'kong-class-managed', () => ({
    evidence: evidenceOf(found, `metadata.annotations[${kongUnmanagedAnnotation}]`, value),
    sentence: `Kong accepts GatewayClass ${name}, and reconciles no Gateway of it: that needs the annotation ${kongUnmanagedAnnotation}`,
    fix: {
      command: `kubectl annotate gatewayclass ${name} ${kongUnmanagedAnnotation}=true`,
      patch: {
        resource: gatewayClasses,
        name,
        patch: { metadata: { resourceVersion, annotations: { [kongUnmanagedAnnotation]: 'true' } } },
      },
      safe: true,
    },
  }));
}
