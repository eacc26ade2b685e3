import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints a topic from its beginning to its present end: a line of JSON for each record, with texts in base64. */
public final class Consume {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

  public static void main(String[] args) {
    Map<String, Object> config = Map.of(
        "bootstrap.servers", args[0], "isolation.level", args[2], "auto.offset.reset", "none");
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<byte[], byte[]>(config, bytes, bytes);
        var out = new PrintStream(System.out, false)) {
      List<TopicPartition> partitions = consumer.partitionsFor(args[1]).stream()
          .map(info -> new TopicPartition(info.topic(), info.partition()))
          .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) print(out, record);
        }
      }
    }
  }

  private static void print(PrintStream out, ConsumerRecord<byte[], byte[]> record) {
    var headers = new StringBuilder();
    for (Header header : record.headers()) {
      if (headers.length() > 0) headers.append(',');
      headers.append('[').append(text(header.key().getBytes(UTF_8))).append(',').append(text(header.value())).append(']');
    }
    out.printf(
        "{\"partition\":%d,\"offset\":%d,\"timestamp\":%d,\"key\":%s,\"value\":%s,\"headers\":[%s]}%n",
        record.partition(), record.offset(), record.timestamp(), text(record.key()), text(record.value()), headers);
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : '"' + BASE64.encodeToString(bytes) + '"';
  }
}
