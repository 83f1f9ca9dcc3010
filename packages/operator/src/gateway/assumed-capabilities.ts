import { gatewayApiCrds } from '@serval/api';
import { servalGatewayClass } from '../declarations/gateway.ts';
import { capabilitiesOf, type GatewayCapabilities } from './capabilities.ts';
import { readGatewayApi } from './installed-api.ts';

/** What is taken to be there where no cluster is asked: the definitions and the gateway of `serval up`. */
export function assumedCapabilities(): GatewayCapabilities {
  return capabilitiesOf(readGatewayApi(gatewayApiCrds()), servalGatewayClass());
}
