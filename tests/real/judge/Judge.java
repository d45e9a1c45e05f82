import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Avro Java as a judge: reads one JSON request a line, answers one JSON line each.
 *
 * <pre>
 * {"op": "parse", "schema": text, "references": [text]}       -> {"canonical": text, "fingerprint": hex}
 * {"op": "compare", "writer": text, "reader": text}           -> {"mismatches": [{"kind": name, "path": location}]}
 * {"op": "versions", "schemas": [text]}                         -> {"compatible": [whether one reads an earlier one]}
 * {"op": "read", "writer": text, "reader": text, "data": [hex]} -> {"values": [hex in the reader's schema, or {"error": text}]}
 * </pre>
 *
 * What Avro throws is answered as {"error": text}. Names are held to the specification (ASCII).
 */
public final class Judge {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();

  /** Avro 1.12.0 rounds the items of an array of double to float, in its arrays of primitives; these do not. */
  private static final GenericData PLAIN_ARRAYS =
      new GenericData() {
        @Override
        public Object newArray(Object old, int size, Schema schema) {
          return new GenericData.Array<Object>(size, schema);
        }
      };

  public static void main(String[] arguments) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = JSON.createObjectNode();
      try {
        answer(JSON.readTree(line), answer);
      } catch (Exception | StackOverflowError | AssertionError error) {
        answer.removeAll().put("error", error.toString());
      }
      out.write(JSON.writeValueAsString(answer));
      out.newLine();
      if (!in.ready()) {
        out.flush();
      }
    }
    out.flush();
  }

  private static void answer(JsonNode request, ObjectNode answer) {
    switch (request.get("op").textValue()) {
      case "parse":
        parse(request, answer);
        break;
      case "compare":
        compare(schema(request, "writer"), schema(request, "reader"), answer.putArray("mismatches"));
        break;
      case "versions":
        versions(request.get("schemas"), answer.putArray("compatible"));
        break;
      case "read":
        read(schema(request, "writer"), schema(request, "reader"), request.get("data"), answer.putArray("values"));
        break;
      default:
        throw new IllegalArgumentException("unknown op");
    }
  }

  private static Schema schema(JsonNode request, String key) {
    return new Schema.Parser(NameValidator.STRICT_VALIDATOR).parse(request.get(key).textValue());
  }

  private static void parse(JsonNode request, ObjectNode answer) {
    Schema.Parser parser = new Schema.Parser(NameValidator.STRICT_VALIDATOR);
    for (JsonNode reference : request.withArray("references")) {
      parser.parse(reference.textValue());
    }
    Schema schema = parser.parse(request.get("schema").textValue());
    answer.put("canonical", SchemaNormalization.toParsingForm(schema));
    answer.put("fingerprint", Long.toHexString(SchemaNormalization.parsingFingerprint64(schema)));
  }

  private static void compare(Schema writer, Schema reader, ArrayNode mismatches) {
    SchemaCompatibility.SchemaCompatibilityResult result =
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    for (SchemaCompatibility.Incompatibility found : result.getIncompatibilities()) {
      mismatches.addObject().put("kind", found.getType().name()).put("path", found.getLocation());
    }
  }

  /** Each schema as the reader of each one before it, the newest of these first. */
  private static void versions(JsonNode texts, ArrayNode compatible) {
    List<Schema> earlier = new ArrayList<>();
    for (JsonNode text : texts) {
      Schema reader = new Schema.Parser(NameValidator.STRICT_VALIDATOR).parse(text.textValue());
      for (Schema writer : earlier) {
        compatible.add(
            SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
                == SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE);
      }
      earlier.add(0, reader);
    }
  }

  private static void read(Schema writer, Schema reader, JsonNode data, ArrayNode values) {
    GenericDatumReader<Object> from = new GenericDatumReader<>(writer, reader, PLAIN_ARRAYS);
    GenericDatumWriter<Object> to = new GenericDatumWriter<>(reader);
    for (JsonNode datum : data) {
      try {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(HEX.parseHex(datum.textValue()), null);
        Object value = from.read(null, decoder);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        to.write(value, encoder);
        encoder.flush();
        values.add(HEX.formatHex(bytes.toByteArray()));
      } catch (Exception | StackOverflowError error) {
        values.addObject().put("error", error.toString());
      }
    }
  }
}
