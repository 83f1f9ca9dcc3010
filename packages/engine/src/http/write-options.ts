import { badRequest } from '../registry/errors.ts';
import type { DeleteOptions, WriteOptions } from '../registry/request-options.ts';
import { type DecodeProtobuf, decodeBody } from './body.ts';
import type { RequestContext } from './context.ts';
import { readCount, readDryRun, readFieldManager, readFieldValidation } from './query.ts';

export function readWriteOptions(context: RequestContext): WriteOptions {
  const { query, warnings } = context;
  return {
    dryRun: readDryRun(query.getAll('dryRun')),
    fieldManager: readFieldManager(query, context.headers['user-agent']),
    fieldValidation: readFieldValidation(query),
    user: context.user,
    signal: context.signal,
    warn: (text) => warnings.push(text),
  };
}

const policies = ['Foreground', 'Background', 'Orphan'] as const;

/** Options of a delete, from the body where there is one, else from the query. */
export function readDeleteOptions(context: RequestContext, decodeProtobuf: DecodeProtobuf): DeleteOptions {
  const base = readWriteOptions(context);
  const body = readOptionsBody(context, decodeProtobuf);
  const policy = body?.['propagationPolicy'] ?? context.query.get('propagationPolicy') ?? undefined;
  const orphan = body?.['orphanDependents'];
  const grace = body?.['gracePeriodSeconds'] ?? readCount(context.query, 'gracePeriodSeconds');
  if (policy !== undefined && !policies.some((known) => known === policy)) {
    throw badRequest(
      `propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan"`,
    );
  }
  if (grace !== undefined && grace !== null && (typeof grace !== 'number' || grace < 0)) {
    throw badRequest(`gracePeriodSeconds must be a number that is not negative, got ${JSON.stringify(grace)}`);
  }
  const dryRun = Array.isArray(body?.['dryRun']) ? readDryRun(body['dryRun'] as string[]) : false;
  return {
    ...base,
    dryRun: base.dryRun || dryRun,
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(policy ? { propagationPolicy: policy as (typeof policies)[number] } : {}),
    ...(policy === undefined && typeof orphan === 'boolean'
      ? { propagationPolicy: orphan ? ('Orphan' as const) : ('Background' as const) }
      : {}),
    ...(body?.['preconditions'] ? { preconditions: body['preconditions'] as DeleteOptions['preconditions'] } : {}),
  };
}

function readOptionsBody(context: RequestContext, decodeProtobuf: DecodeProtobuf): Record<string, unknown> | undefined {
  if (context.body.byteLength === 0) return undefined;
  const body = decodeBody(context.body, context.headers['content-type'], decodeProtobuf);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('expected DeleteOptions');
  const { preconditions } = body as Record<string, unknown>;
  if (preconditions && typeof preconditions !== 'object') throw badRequest('preconditions must be an object');
  return body as Record<string, unknown>;
}
