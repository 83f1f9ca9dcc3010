/** Writes protobuf messages, as much of the format as OpenAPI documents need. */
export interface ProtobufWriter {
  string(field: number, value: string | undefined): void;
  bool(field: number, value: boolean | undefined): void;
  integer(field: number, value: number | undefined): void;
  double(field: number, value: number | undefined): void;
  message(field: number, write: (inner: ProtobufWriter) => void): void;
  finish(): Buffer;
}

export function createProtobufWriter(): ProtobufWriter {
  const chunks: Buffer[] = [];
  const tag = (field: number, wireType: number) => chunks.push(varint(field * 8 + wireType));
  const bytes = (field: number, value: Buffer) => {
    tag(field, 2);
    chunks.push(varint(value.byteLength), value);
  };
  return {
    string(field, value) {
      if (value !== undefined && value !== '') bytes(field, Buffer.from(value));
    },
    bool(field, value) {
      if (value !== true) return;
      tag(field, 0);
      chunks.push(varint(1));
    },
    integer(field, value) {
      if (value === undefined || value === 0) return;
      tag(field, 0);
      chunks.push(varint(value));
    },
    double(field, value) {
      if (value === undefined || value === 0) return;
      tag(field, 1);
      const buffer = Buffer.alloc(8);
      buffer.writeDoubleLE(value);
      chunks.push(buffer);
    },
    message(field, write) {
      const inner = createProtobufWriter();
      write(inner);
      bytes(field, inner.finish());
    },
    finish: () => Buffer.concat(chunks),
  };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
