import { definitionFaults } from './definition-faults.ts';
import { gatewayFaults } from './gateway-faults.ts';
import type { Fault } from './plan.ts';
import { platformFaults } from './platform-faults.ts';
import { routeFaults } from './route-faults.ts';
import { serviceFaults } from './service-faults.ts';
import { versionFaults } from './version-faults.ts';

export type { Fault } from './plan.ts';

export const faults: readonly Fault[] = [
  ...versionFaults,
  ...definitionFaults,
  ...platformFaults,
  ...gatewayFaults,
  ...serviceFaults,
  ...routeFaults,
];
