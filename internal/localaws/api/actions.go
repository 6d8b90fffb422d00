package api

// Free makes an action of a method: it decodes, admits and checks the input. The method takes the lock
// itself.
func Free[In any](method func(c *Request, in *In) (any, error), required ...string) Action {
	return func(c *Request) (any, error) {
		in := new(In)
		if err := c.wire.decode(&c.message, in); err != nil {
			return nil, err
		}
		if err := c.Server.model.unknown(&c.message, in); err != nil {
			return nil, err
		}
		if n, ok := any(in).(named); ok {
			c.input, c.Record.Resource = n, n.ARN(c.Region)
		}
		if err := c.admit(); err != nil {
			return nil, err
		}
		if err := c.Server.model.check(c.Record.Service, in, required); err != nil {
			return nil, err
		}
		return method(c, in)
	}
}

// Op makes an action of a method that runs under the server's lock.
func Op[In any](method func(c *Request, in *In) (any, error), required ...string) Action {
	return Free(func(c *Request, in *In) (any, error) {
		c.Server.Lock()
		defer c.Server.Unlock()
		return method(c, in)
	}, required...)
}

// On makes an action of a method on the object that the input names.
func On[T, In any](find func(in *In) (*T, error), method func(o *T, in *In) (any, error), required ...string) Action {
	return Op(func(_ *Request, in *In) (any, error) {
		o, err := find(in)
		if err != nil {
			return nil, err
		}
		return method(o, in)
	}, required...)
}

// Show makes an action that only reads one object.
func Show[T, In any](find func(in *In) (*T, error), look func(o *T) any, required ...string) Action {
	return On(find, func(o *T, _ *In) (any, error) { return look(o), nil }, required...)
}

// Change makes an action that changes one object, cannot fail, and has an empty response.
func Change[T, In any](find func(in *In) (*T, error), do func(o *T, in *In), required ...string) Action {
	return On(find, func(o *T, in *In) (any, error) {
		do(o, in)
		return nil, nil
	}, required...)
}

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
