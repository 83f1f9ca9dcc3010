import type { AnyObject, ListMeta, WatchEvent } from '@serval/kube/objects';
import { apiVersionOf, type ServedResource } from '../registry/served-resource.ts';
import { renderTable } from '../table/table.ts';
import type { Output } from './negotiate.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface OutputContext {
  output: Output;
  includeObject: IncludeObject;
  nowMs: number;
}

/** One object in the shape the client asked for. */
export function shapeObject(resource: ServedResource, object: AnyObject, context: OutputContext): unknown {
  switch (context.output.shape) {
    case 'Table':
      return renderTable(resource, [object], { resourceVersion: object.metadata.resourceVersion }, context);
    case 'PartialObjectMetadata':
      return partial(object, context.output.version);
    default:
      return object;
  }
}

export function shapeList(
  resource: ServedResource,
  items: AnyObject[],
  metadata: ListMeta,
  context: OutputContext,
): unknown {
  const { output } = context;
  switch (output.shape) {
    case 'Table':
      return renderTable(resource, items, metadata, context);
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${output.version}`,
        metadata,
        items: items.map((item) => partial(item, output.version)),
      };
    default:
      return { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata, items };
  }
}

/** A watch event in that shape; `first` is true until one Table has been sent, which carries the columns. */
export function shapeEvent(
  resource: ServedResource,
  event: WatchEvent,
  context: OutputContext,
  first: boolean,
): unknown {
  if (event.type === 'ERROR') return event;
  const { output } = context;
  if (output.shape === 'Table') {
    const table = renderTable(
      resource,
      event.type === 'BOOKMARK' ? [] : [event.object],
      event.object.metadata,
      context,
    );
    if (event.type === 'BOOKMARK') {
      // client-go reads a bookmark's version from the row's object.
      const row = { cells: [], object: partial(event.object, output.version) };
      return { type: event.type, object: { ...table, columnDefinitions: [], rows: [row] } };
    }
    return { type: event.type, object: first ? table : { ...table, columnDefinitions: [] } };
  }
  if (output.shape === 'Object') return event;
  return { type: event.type, object: partial(event.object, output.version) };
}

/** The object's metadata alone, as `PartialObjectMetadata`. */
export function partial(object: AnyObject, version: string): AnyObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}
