import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Producers that do as they are told: a line of JSON says which one and what, a line answers, with the error or with
 * the offsets of what was sent.
 */
public final class Produce {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, KafkaProducer<byte[], byte[]>> PRODUCERS = new HashMap<>();

  public static void main(String[] args) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(answer(JSON.readTree(line)));
    }
    // Without closing anything: that would abort the transactions that are to stay open.
    Runtime.getRuntime().halt(0);
  }

  private static String answer(JsonNode order) throws IOException {
    try {
      return JSON.writeValueAsString(Map.of("offsets", obey(order, order.get("producer").asText())));
    } catch (Exception error) {
      return JSON.writeValueAsString(Map.of("error", String.valueOf(error)));
    }
  }

  private static List<Long> obey(JsonNode order, String name) throws Exception {
    var producer = PRODUCERS.get(name);
    switch (order.get("verb").asText()) {
      case "open" -> open(name, order.get("config"));
      case "begin" -> producer.beginTransaction();
      case "send" -> { return send(producer, order); }
      case "commit" -> producer.commitTransaction();
      case "abort" -> producer.abortTransaction();
      default -> throw new IllegalArgumentException(order.toString());
    }
    return List.of();
  }

  private static void open(String name, JsonNode settings) {
    Map<String, Object> config = JSON.convertValue(settings, new TypeReference<>() {});
    var bytes = new ByteArraySerializer();
    var producer = new KafkaProducer<>(config, bytes, bytes);
    PRODUCERS.put(name, producer);
    if (config.containsKey("transactional.id")) producer.initTransactions();
  }

  private static List<Long> send(KafkaProducer<byte[], byte[]> producer, JsonNode order) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode each : order.get("records")) {
      var timestamp = each.hasNonNull("timestamp") ? each.get("timestamp").asLong() : null;
      var partition = each.hasNonNull("partition") ? each.get("partition").asInt() : null;
      var record = new ProducerRecord<>(
          order.get("topic").asText(), partition, timestamp, bytes(each, "key"), bytes(each, "value"));
      for (JsonNode header : each.path("headers")) {
        record.headers().add(header.get(0).asText(), header.get(1).isNull() ? null : header.get(1).binaryValue());
      }
      sent.add(producer.send(record));
    }
    producer.flush();
    List<Long> offsets = new ArrayList<>();
    for (var future : sent) offsets.add(future.get().offset());
    return offsets;
  }

  private static byte[] bytes(JsonNode record, String field) throws IOException {
    return record.hasNonNull(field) ? record.get(field).binaryValue() : null;
  }
}
