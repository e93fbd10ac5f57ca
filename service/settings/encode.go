package settings

import (
	"bytes"
	"encoding/json"
	"maps"
)

// encode returns the content of the file: the settings, and around them whatever
// the file held before that this program does not know, for the program that does.
func encode(s Settings, before []byte) ([]byte, error) {
	now, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	merged, err := json.MarshalIndent(merge(decode(before), decode(now)), "", "  ")
	return append(merged, '\n'), err
}

// decode reads JSON with its numbers to the letter. What is not JSON, such as the
// content of no file, is nil.
func decode(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil
	}
	return value
}

// merge returns now, with the fields that only before has added to its objects.
// Objects in a list are the same when they have the same "id": one that is gone
// from now is gone.
func merge(before, now any) any {
	switch now := now.(type) {
	case map[string]any:
		before, _ := before.(map[string]any)
		merged := maps.Clone(before)
		if merged == nil {
			return now
		}
		for key, value := range now {
			merged[key] = merge(before[key], value)
		}
		return merged
	case []any:
		before, _ := before.([]any)
		for i, element := range now {
			now[i] = merge(withID(before, id(element)), element)
		}
	}
	return now
}

func withID(list []any, wanted string) any {
	for _, element := range list {
		if wanted != "" && id(element) == wanted {
			return element
		}
	}
	return nil
}

func id(element any) string {
	object, _ := element.(map[string]any)
	id, _ := object["id"].(string)
	return id
}
