import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** A consumer that is not ours: values as hexadecimal lines, each read by the schema that the registry has for it. */
class ReadFramed {
  public static void main(String[] args) throws Exception {
    var http = HttpClient.newHttpClient();
    var json = new com.fasterxml.jackson.databind.ObjectMapper();
    for (var line : new String(System.in.readAllBytes()).split("\n")) {
      var value = ByteBuffer.wrap(HexFormat.of().parseHex(line));
      if (value.get() != 0) throw new IllegalArgumentException("not framed: " + line);
      var address = URI.create(args[0] + "/schemas/ids/" + value.getInt());
      var answer = http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      var schema = new Schema.Parser().parse(json.readTree(answer.body()).get("schema").asText());
      var bytes = DecoderFactory.get().binaryDecoder(value.array(), value.position(), value.remaining(), null);
      System.out.println(read(schema, bytes));
    }
  }

  private static Object read(Schema schema, BinaryDecoder bytes) throws Exception {
    var row = new GenericDatumReader<>(schema).read(null, bytes);
    if (!bytes.isEnd()) throw new IllegalArgumentException("there are bytes behind the value");
    return row;
  }
}
