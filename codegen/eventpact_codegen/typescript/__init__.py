"""The TypeScript target: types of events in Avro's plain JSON."""
