package localaws

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// messaging holds one region's SQS queues and SNS topics, to which a function's failures can be sent. Topics
// have no subscribers.
type messaging struct {
	region *region
	queues map[string]*queue // by ARN
	topics map[string]bool   // by ARN
}

// newMessaging returns a region's messaging with the queues and topics among the ARNs of what exists.
func newMessaging(r *region, existing []string) *messaging {
	s := &messaging{region: r, queues: map[string]*queue{}, topics: map[string]bool{}}
	for _, arn := range existing {
		switch {
		case strings.Contains(arn, ":sqs:"+r.name+":"):
			s.queues[arn] = &queue{}
		case strings.Contains(arn, ":sns:"+r.name+":"):
			s.topics[arn] = true
		}
	}
	return s
}

type queue struct{ messages []message }

type message struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	hidden        time.Time // until then, since the last receipt
}

// visibility is how long a received message is hidden; SQS's default.
const visibility = 30 * time.Second

type messagingInput struct {
	QueueName           string `check:"re=[A-Za-z0-9_-]{1,80}"`
	QueueURL            string `json:"QueueUrl"`
	ReceiptHandle       string
	MaxNumberOfMessages int    `check:"min=1 max=10"`
	Name                string `check:"re=[A-Za-z0-9_-]{1,256}"`
	TopicArn            string
	AttributeNames      []string // all are returned
	WaitTimeSeconds     int      // ignored: the call does not wait
}

// arn returns the queue's or the topic's ARN.
func (in *messagingInput) arn(r *region) string {
	switch {
	case in.QueueName+in.QueueURL != "":
		return r.arn("sqs", cmp.Or(in.QueueName, afterLast(in.QueueURL, "/")))
	case in.Name != "":
		return r.arn("sns", in.Name)
	}
	return in.TopicArn
}

func (in *messagingInput) asks(own ask, _ *call) []ask { return []ask{own} }

func (s *messaging) sqsActions() map[string]action {
	return map[string]action{
		"CreateQueue": op(func(c *call, in *messagingInput) (any, error) {
			if arn := in.arn(s.region); s.queues[arn] == nil {
				s.queues[arn] = &queue{}
			}
			return s.queueURL(c, in)
		}, "QueueName"),
		"GetQueueUrl": op(s.queueURL, "QueueName"),
		"GetQueueAttributes": op(func(_ *call, in *messagingInput) (any, error) {
			q, err := s.find(in)
			if err != nil {
				return nil, err
			}
			return obj{"Attributes": obj{"QueueArn": in.arn(s.region), "ApproximateNumberOfMessages": strconv.Itoa(len(q.messages))}}, nil
		}, "QueueURL"),
		"DeleteQueue":    change(s.find, func(_ *queue, in *messagingInput) { delete(s.queues, in.arn(s.region)) }, "QueueURL"),
		"ReceiveMessage": on(s.find, (*queue).receive, "QueueURL"),
		"DeleteMessage": change(s.find, func(q *queue, in *messagingInput) {
			q.messages = slices.DeleteFunc(q.messages, func(m message) bool { return m.ReceiptHandle == in.ReceiptHandle })
		}, "QueueURL", "ReceiptHandle"),
	}
}

func (s *messaging) snsActions() map[string]action {
	return map[string]action{
		"CreateTopic": op(func(_ *call, in *messagingInput) (any, error) {
			s.topics[in.arn(s.region)] = true
			return obj{"TopicArn": in.arn(s.region)}, nil
		}, "Name"),
		"DeleteTopic": op(func(_ *call, in *messagingInput) (any, error) {
			delete(s.topics, in.TopicArn)
			return obj{}, nil
		}, "TopicArn"),
	}
}

func (s *messaging) find(in *messagingInput) (*queue, error) {
	if q := s.queues[in.arn(s.region)]; q != nil {
		return q, nil
	}
	return nil, refuse("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
}

// queueURL returns the queue's URL, below the address that the client called.
func (s *messaging) queueURL(c *call, in *messagingInput) (any, error) {
	_, err := s.find(in)
	return obj{"QueueUrl": "http://" + c.request.Host + "/" + c.server.opts.Account + "/" + in.QueueName}, err
}

func (q *queue) receive(in *messagingInput) (any, error) {
	received := []message{}
	for i := range q.messages {
		if m := &q.messages[i]; !time.Now().Before(m.hidden) && len(received) < cmp.Or(in.MaxNumberOfMessages, 1) {
			m.hidden, m.ReceiptHandle = time.Now().Add(visibility), newID()
			received = append(received, *m)
		}
	}
	return obj{"Messages": received}, nil
}

// Missing reports whether an ARN is that of a queue or topic of this account and region that does not exist.
func (s *messaging) Missing(arn string) bool {
	own := strings.Contains(arn, ":"+s.region.name+":"+s.region.server.opts.Account+":")
	return own && (strings.Contains(arn, ":sqs:") && s.queues[arn] == nil || strings.Contains(arn, ":sns:") && !s.topics[arn])
}

// Send adds a message to a queue, if the ARN is that of one. The lock must be held.
func (s *messaging) Send(arn string, body []byte) {
	if q := s.queues[arn]; q != nil {
		q.messages = append(q.messages, message{MessageID: newID(), Body: string(body)})
	}
}
