package insights

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Malformed is the reason why a query is rejected: it is invalid, or not supported by this package.
type Malformed string

// Error returns the reason.
func (m Malformed) Error() string { return string(m) }

// maxRows is the maximum number of rows of a query without a limit.
const maxRows = 10000

// parser reads a query's words up to the first invalid one.
type parser struct {
	words []string
	wrong string
}

// Parse parses a query. Its error is a [Malformed].
func Parse(text string) (*Query, error) {
	p := &parser{words: regexp.MustCompile(`"[^"]*"|'[^']*'|[<>!]?=|[@\w.-]+|\S`).FindAllString(text, -1)}
	q := &Query{limit: maxRows, order: "@timestamp", descending: true}
	for p.command(q); len(p.words) > 0 && p.wrong == ""; p.command(q) {
		p.expect("|")
	}
	if p.wrong != "" {
		return nil, Malformed("unexpected or not implemented by spothandler's local AWS: " + p.wrong)
	}
	if len(q.fields) == 0 {
		q.fields = []string{"@timestamp", "@message"}
	}
	return q, nil
}

func (p *parser) command(q *Query) {
	switch name := p.next(); name {
	case "fields":
		q.fields = append(q.fields, p.list(p.field)...)
	case "filter":
		q.filters = append(q.filters, p.either())
	case "stats":
		q.order = "" // in the order of the groups
		for q.stats = append(q.stats, p.aggregate()); p.take(","); {
			q.stats = append(q.stats, p.aggregate())
		}
		if p.take("by") {
			q.by = p.list(p.grouping)
		}
	case "sort":
		p.sort(q)
	case "limit":
		n, err := strconv.Atoi(p.next())
		if q.limit = n; err != nil || n < 1 {
			p.refuse("limit")
		}
	default:
		p.refuse(name)
	}
}

func (p *parser) sort(q *Query) {
	if q.order = p.field(); p.peek() == "(" {
		q.order += "(" + p.argument() + ")"
	}
	if q.descending = p.take("desc"); !q.descending {
		p.take("asc")
	}
}

func (p *parser) aggregate() aggregate {
	a := aggregate{function: p.field(), field: p.argument()}
	if !slices.Contains([]string{"count", "sum", "min", "max", "avg"}, a.function) {
		p.refuse(a.name())
	}
	return a
}

// refuse records an error; the first one counts.
func (p *parser) refuse(what string) {
	if p.wrong == "" {
		p.wrong = what
	}
}

func (p *parser) peek() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

func (p *parser) next() string {
	word := p.peek()
	if word == "" {
		p.refuse("the end of the query")
		return ""
	}
	p.words = p.words[1:]
	return word
}

// take consumes the next word if it is this one.
func (p *parser) take(word string) bool {
	if p.peek() != word {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *parser) expect(word string) {
	if !p.take(word) {
		p.refuse(p.next())
	}
}

// list reads items separated by commas.
func (p *parser) list(one func() string) []string {
	all := []string{one()}
	for p.take(",") {
		all = append(all, one())
	}
	return all
}

func (p *parser) field() string {
	word := p.next()
	if !regexp.MustCompile(`^[@\w.-]*$`).MatchString(word) {
		p.refuse(word)
	}
	return word
}

// argument reads what is in parentheses: a field, *, or nothing.
func (p *parser) argument() (field string) {
	p.expect("(")
	if p.take("*") {
		field = "*"
	} else if p.peek() != ")" {
		field = p.field()
	}
	p.expect(")")
	return field
}

func (p *parser) grouping() string {
	name := p.field()
	if p.peek() != "(" {
		return name
	}
	period := p.argument()
	if name != "bin" || duration(period) <= 0 {
		p.refuse(name + "(" + period + ")")
	}
	return name + "(" + period + ")"
}

// either reads conditions joined by or; and has precedence.
func (p *parser) either() condition {
	left := p.both()
	if !p.take("or") {
		return left
	}
	right := p.either()
	return func(r Record) bool { return left(r) || right(r) }
}

func (p *parser) both() condition {
	left := p.one()
	if !p.take("and") {
		return left
	}
	right := p.both()
	return func(r Record) bool { return left(r) && right(r) }
}

// one reads ispresent(<field>) or a comparison. A missing field equals nothing.
func (p *parser) one() condition {
	field := p.field()
	if field == "ispresent" {
		field = p.argument()
		return func(r Record) bool { _, there := r[field]; return there }
	}
	operator, limit := p.next(), strings.Trim(p.next(), `"'`)
	if !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, operator) {
		p.refuse(operator)
	}
	return func(r Record) bool {
		value, there := r[field]
		found := compare(value, limit)
		return there && map[string]bool{"=": found == 0, "!=": found != 0, "<": found < 0, "<=": found <= 0, ">": found > 0, ">=": found >= 0}[operator]
	}
}
