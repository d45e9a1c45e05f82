import java.io.File;
import java.io.IOException;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;

/**
 * Avro Java copies container files record by record. Arguments: codec, source and target, any number of times; prints
 * the number of records of each.
 */
public final class ContainerFiles {
  public static void main(String[] arguments) throws IOException {
    for (int i = 0; i < arguments.length; i += 3) {
      System.out.println(copy(arguments[i], new File(arguments[i + 1]), new File(arguments[i + 2])));
    }
  }

  private static long copy(String codec, File source, File target) throws IOException {
    long count = 0;
    try (DataFileReader<Object> from = new DataFileReader<>(source, new GenericDatumReader<>());
        DataFileWriter<Object> to = new DataFileWriter<>(new GenericDatumWriter<>())) {
      to.setCodec(CodecFactory.fromString(codec));
      to.setSyncInterval(300);
      to.create(from.getSchema(), target);
      for (Object record : from) {
        to.append(record);
        count++;
      }
    }
    return count;
  }
}
