import type { OpenApiSchema } from './definitions.ts';
import type { DocumentV2 } from './document-v2.ts';
import type { PathItem } from './paths.ts';
import { createProtobufWriter, type ProtobufWriter } from './protobuf-writer.ts';

// Field numbers are those of gnostic's OpenAPIv2.proto, which Go clients decode.
const operationFields = { get: 2, put: 3, post: 4, delete: 5, patch: 8 } as const;

/** An OpenAPI v2 document in the protobuf form that kubectl up to 1.28 demands. */
export function encodeGnostic(document: DocumentV2): Buffer {
  const writer = createProtobufWriter();
  writer.string(1, document.swagger);
  writer.message(2, (info) => {
    info.string(1, document.info.title);
    info.string(2, document.info.version);
  });
  writer.message(8, (paths) => {
    for (const [name, item] of Object.entries(document.paths)) {
      paths.message(2, (entry) => {
        entry.string(1, name);
        entry.message(2, (value) => writePath(value, item));
      });
    }
  });
  writer.message(9, (definitions) => {
    for (const [name, schema] of Object.entries(document.definitions)) writeNamedSchema(definitions, 1, name, schema);
  });
  return writer.finish();
}

function writePath(writer: ProtobufWriter, item: PathItem): void {
  for (const [method, field] of Object.entries(operationFields)) {
    const operation = item[method as keyof typeof operationFields];
    if (!operation) continue;
    writer.message(field, (out) => {
      out.string(5, operation.operationId);
      for (const parameter of operation.parameters) {
        // ParametersItem > Parameter > NonBodyParameter > Query (3) or Path (4) sub-schema.
        out.message(8, (entry) =>
          entry.message(1, (choice) =>
            choice.message(2, (nonBody) =>
              nonBody.message(parameter.in === 'path' ? 4 : 3, (sub) => {
                sub.bool(1, parameter.required);
                sub.string(2, parameter.in);
                sub.string(4, parameter.name);
                sub.string(parameter.in === 'path' ? 5 : 6, 'string');
              }),
            ),
          ),
        );
      }
      out.message(9, (responses) =>
        responses.message(1, (entry) => {
          entry.string(1, '200');
          entry.message(2, (value) => value.message(1, (response) => response.string(1, 'OK')));
        }),
      );
      writeExtension(out, 13, 'x-kubernetes-action', operation['x-kubernetes-action']);
      writeExtension(out, 13, 'x-kubernetes-group-version-kind', operation['x-kubernetes-group-version-kind']);
    });
  }
}

function writeNamedSchema(writer: ProtobufWriter, field: number, name: string, schema: OpenApiSchema): void {
  writer.message(field, (entry) => {
    entry.string(1, name);
    entry.message(2, (value) => writeSchema(value, schema));
  });
}

function writeSchema(writer: ProtobufWriter, schema: OpenApiSchema): void {
  writer.string(1, schema.$ref);
  writer.string(2, schema.format);
  writer.string(3, schema.title);
  writer.string(4, schema.description);
  writer.double(6, schema.multipleOf);
  writer.double(7, schema.maximum);
  writer.bool(8, schema.exclusiveMaximum);
  writer.double(9, schema.minimum);
  writer.bool(10, schema.exclusiveMinimum);
  writer.integer(11, schema.maxLength);
  writer.integer(12, schema.minLength);
  writer.string(13, schema.pattern);
  writer.integer(14, schema.maxItems);
  writer.integer(15, schema.minItems);
  writer.integer(17, schema.maxProperties);
  writer.integer(18, schema.minProperties);
  for (const name of schema.required ?? []) writer.string(19, name);
  for (const value of schema.enum ?? []) writer.message(20, (any) => any.string(2, JSON.stringify(value)));
  const { additionalProperties, items, properties, type } = schema;
  if (additionalProperties !== undefined) {
    writer.message(21, (item) => {
      if (typeof additionalProperties === 'boolean') item.bool(2, additionalProperties);
      else item.message(1, (inner) => writeSchema(inner, additionalProperties));
    });
  }
  if (type) writer.message(22, (item) => item.string(1, type));
  if (items) writer.message(23, (item) => item.message(1, (inner) => writeSchema(inner, items)));
  if (properties) {
    writer.message(25, (all) => {
      for (const [name, property] of Object.entries(properties)) writeNamedSchema(all, 1, name, property);
    });
  }
  for (const [name, value] of Object.entries(schema)) {
    if (name.startsWith('x-')) writeExtension(writer, 31, name, value);
  }
}

/** `NamedAny` with the value as YAML, which JSON is. */
function writeExtension(writer: ProtobufWriter, field: number, name: string, value: unknown): void {
  writer.message(field, (entry) => {
    entry.string(1, name);
    entry.message(2, (any) => any.string(2, JSON.stringify(value)));
  });
}
