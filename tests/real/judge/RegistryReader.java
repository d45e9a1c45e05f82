import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads records as Java consumers do: the five bytes of Confluent's wire format, then the writer's schema from the
 * registry by its id, what it refers to first. Takes a registry's address, and records in hexadecimal digits on its
 * input; prints each as JSON.
 */
public class RegistryReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static String registry;

  public static void main(String[] arguments) throws Exception {
    registry = arguments[0];
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(read(HexFormat.of().parseHex(line)));
    }
  }

  private static Object read(byte[] record) throws Exception {
    ByteBuffer buffer = ByteBuffer.wrap(record);
    if (buffer.get() != 0) {
      throw new IllegalArgumentException("no magic byte");
    }
    Schema schema = parsed(new Schema.Parser(), get("/schemas/ids/" + buffer.getInt()));
    return new GenericDatumReader<>(schema)
        .read(null, DecoderFactory.get().binaryDecoder(record, buffer.position(), buffer.remaining(), null));
  }

  private static Schema parsed(Schema.Parser parser, JsonNode answer) throws Exception {
    for (JsonNode reference : answer.path("references")) {
      if (!parser.getTypes().containsKey(reference.get("name").asText())) {
        String subject = URLEncoder.encode(reference.get("subject").asText(), StandardCharsets.UTF_8);
        parsed(parser, get("/subjects/" + subject + "/versions/" + reference.get("version").asInt()));
      }
    }
    return parser.parse(answer.get("schema").asText());
  }

  private static JsonNode get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry + path))
            .header("Accept", "application/vnd.schemaregistry.v1+json, application/json")
            .build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
    }
    return JSON.readTree(response.body());
  }
}
