import proto from '@pulumi/pulumi/proto/resource_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'

/**
 * The SDK makes messages for a wire. Program and monitor share a process here, so properties pass as the objects they
 * are, and what is asked of a transform passes as the message it is: their bytes would be written only to be read
 * again, thousands of times a run.
 * @returns what puts the SDK's own ways back
 */
export function passMessagesAsTheyAre(): () => void {
  const { fromJavaScript } = struct.Struct
  const { deserializeBinary } = proto.TransformRequest
  const { serializeBinary } = proto.TransformResponse.prototype
  struct.Struct.fromJavaScript = (object) =>
    Object.assign(new struct.Struct(), { toJavaScript: () => object })
  proto.TransformRequest.deserializeBinary = (request) => request as unknown as proto.TransformRequest
  proto.TransformResponse.prototype.serializeBinary = function same(this: proto.TransformResponse) {
    return this as unknown as Uint8Array
  }
  return () => {
    struct.Struct.fromJavaScript = fromJavaScript
    proto.TransformRequest.deserializeBinary = deserializeBinary
    proto.TransformResponse.prototype.serializeBinary = serializeBinary
  }
}
