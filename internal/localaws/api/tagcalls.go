package api

// TagCalls returns a service's actions to tag and untag what find finds; of returns its tags. Removing a
// missing key succeeds in all services.
func TagCalls[T any, In interface{ Given() Tagging }](service string, find func(in *In) (*T, error), of func(o *T) *Tags) (tagIt, untagIt Action) {
	tagIt = On(find, func(o *T, in *In) (any, error) {
		added := (*in).Given().Tags
		if reserved, _ := tagCodes(service); len(added) == 0 {
			return nil, Refuse(reserved, "An error occurred and the request cannot be processed.") // Lambda's wording
		}
		return nil, of(o).Add(service, added)
	})
	untagIt = Change(find, func(o *T, in *In) {
		for _, key := range (*in).Given().TagKeys {
			delete(*of(o), key)
		}
	})
	return tagIt, untagIt
}
