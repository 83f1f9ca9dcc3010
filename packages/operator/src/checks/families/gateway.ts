import { type Gateway, keyOf } from '@serval/kube/objects';
import { defaultGatewayName } from '../../config/serving-config.ts';
import { evidenceOf, sayingOf, stateOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayApiOff, gatewayIn, gatewayKeyIn, isWhole, usesGatewayApi } from '../settings.ts';

/** The configured Gateway: there, accepted, programmed, and at an address. */
export const gatewayCheck: Check = {
  name: 'gateway',
  run(snapshot, notes) {
    const all = notes.read(snapshot.gateways, 'Gateways');
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    if ('unread' in snapshot.gateways) return;
    const key = gatewayKeyIn(snapshot);
    const gateway = gatewayIn(snapshot);
    if (!gateway && !isWhole(snapshot.gateways)) return;
    const others = all.map(({ metadata }) => keyOf(metadata)).join(', ') || 'none';
    notes.expect(gateway !== undefined, 'gateway-missing', () => ({
      evidence: evidenceOf(
        `ConfigMap ${snapshot.systemNamespace}/inferenceservice-config`,
        'data.ingress.kserveIngressGateway',
        `${key}; there are: ${others}`,
      ),
      sentence: `Gateway ${key}, which the configuration names, does not exist`,
      fix: {
        command: key.endsWith(`/${defaultGatewayName}`)
          ? 'serval install --gateway-class CLASS'
          : `kubectl -n ${snapshot.systemNamespace} edit configmap inferenceservice-config`,
        safe: false,
      },
    }));
    if (gateway) checkGateway(gateway, notes);
  },
};

function checkGateway(gateway: Gateway, notes: Notes): void {
  const key = keyOf(gateway.metadata);
  const { conditions, addresses = [] } = gateway.status ?? {};
  const fix = {
    command: `kubectl -n ${gateway.metadata.namespace} describe gateway ${gateway.metadata.name}`,
    safe: false,
  };
  const accepted = stateOf(gateway, conditions, 'Accepted');
  const saying = sayingOf(gateway, conditions, 'Accepted');
  notes.expect(accepted === 'True', accepted === 'False' ? 'gateway-rejected' : 'gateway-pending', () => ({
    evidence: evidenceOf(gateway, 'status.conditions[Accepted]', saying),
    sentence:
      accepted === 'False'
        ? `Gateway ${key} is not accepted: ${saying}`
        : `no controller has taken up Gateway ${key} as it is now: ${saying}`,
    fix,
  }));
  const programmed = sayingOf(gateway, conditions, 'Programmed');
  notes.expect(stateOf(gateway, conditions, 'Programmed') === 'True', 'gateway-not-programmed', () => ({
    evidence: evidenceOf(gateway, 'status.conditions[Programmed]', programmed),
    sentence: `Gateway ${key} is not in the data plane: ${programmed}`,
    fix,
  }));
  notes.expect(addresses.length > 0, 'gateway-address-missing', () => ({
    evidence: evidenceOf(gateway, 'status.addresses', addresses),
    sentence: `Gateway ${key} has no address`,
    fix,
  }));
}
