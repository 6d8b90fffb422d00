package related

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Messaging holds one Region's SQS queues and SNS topics, to which a function's failures can be sent. Topics
// have no subscribers.
type Messaging struct {
	region *api.Region
	queues map[string]*queue // by ARN
	topics map[string]bool   // by ARN
}

// NewMessaging returns a Region's messaging with the queues and topics among the ARNs of what exists.
func NewMessaging(r *api.Region, existing []string) *Messaging {
	s := &Messaging{region: r, queues: map[string]*queue{}, topics: map[string]bool{}}
	for _, arn := range existing {
		switch {
		case strings.Contains(arn, ":sqs:"+r.Name+":"):
			s.queues[arn] = &queue{}
		case strings.Contains(arn, ":sns:"+r.Name+":"):
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

// ARN returns the queue's or the topic's ARN.
func (in *messagingInput) ARN(r *api.Region) string {
	switch {
	case in.QueueName+in.QueueURL != "":
		return r.ARN("sqs", cmp.Or(in.QueueName, api.AfterLast(in.QueueURL, "/")))
	case in.Name != "":
		return r.ARN("sns", in.Name)
	}
	return in.TopicArn
}

func (in *messagingInput) Asks(own api.Ask, _ *api.Request) []api.Ask { return []api.Ask{own} }

// SQSActions returns the actions by name.
func (s *Messaging) SQSActions() map[string]api.Action {
	return map[string]api.Action{
		"CreateQueue": api.Op(func(c *api.Request, in *messagingInput) (any, error) {
			if arn := in.ARN(s.region); s.queues[arn] == nil {
				s.queues[arn] = &queue{}
			}
			return s.queueURL(c, in)
		}, "QueueName"),
		"GetQueueUrl": api.Op(s.queueURL, "QueueName"),
		"GetQueueAttributes": api.Op(func(_ *api.Request, in *messagingInput) (any, error) {
			q, err := s.find(in)
			if err != nil {
				return nil, err
			}
			return api.Obj{"Attributes": api.Obj{"QueueArn": in.ARN(s.region), "ApproximateNumberOfMessages": strconv.Itoa(len(q.messages))}}, nil
		}, "QueueURL"),
		"DeleteQueue":    api.Change(s.find, func(_ *queue, in *messagingInput) { delete(s.queues, in.ARN(s.region)) }, "QueueURL"),
		"ReceiveMessage": api.On(s.find, (*queue).receive, "QueueURL"),
		"DeleteMessage": api.Change(s.find, func(q *queue, in *messagingInput) {
			q.messages = slices.DeleteFunc(q.messages, func(m message) bool { return m.ReceiptHandle == in.ReceiptHandle })
		}, "QueueURL", "ReceiptHandle"),
	}
}

// SNSActions returns the actions by name.
func (s *Messaging) SNSActions() map[string]api.Action {
	return map[string]api.Action{
		"CreateTopic": api.Op(func(_ *api.Request, in *messagingInput) (any, error) {
			s.topics[in.ARN(s.region)] = true
			return api.Obj{"TopicArn": in.ARN(s.region)}, nil
		}, "Name"),
		"DeleteTopic": api.Op(func(_ *api.Request, in *messagingInput) (any, error) {
			delete(s.topics, in.TopicArn)
			return api.Obj{}, nil
		}, "TopicArn"),
	}
}

func (s *Messaging) find(in *messagingInput) (*queue, error) {
	if q := s.queues[in.ARN(s.region)]; q != nil {
		return q, nil
	}
	return nil, api.Refuse("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
}

// queueURL returns the queue's URL, below the address that the client called.
func (s *Messaging) queueURL(c *api.Request, in *messagingInput) (any, error) {
	_, err := s.find(in)
	return api.Obj{"QueueUrl": "http://" + c.HTTP.Host + "/" + c.Server.Options.Account + "/" + in.QueueName}, err
}

func (q *queue) receive(in *messagingInput) (any, error) {
	received := []message{}
	for i := range q.messages {
		if m := &q.messages[i]; !time.Now().Before(m.hidden) && len(received) < cmp.Or(in.MaxNumberOfMessages, 1) {
			m.hidden, m.ReceiptHandle = time.Now().Add(visibility), api.NewID()
			received = append(received, *m)
		}
	}
	return api.Obj{"Messages": received}, nil
}

// Missing reports whether an ARN is that of a queue or topic of this account and Region that does not exist.
func (s *Messaging) Missing(arn string) bool {
	own := strings.Contains(arn, ":"+s.region.Name+":"+s.region.Server.Options.Account+":")
	return own && (strings.Contains(arn, ":sqs:") && s.queues[arn] == nil || strings.Contains(arn, ":sns:") && !s.topics[arn])
}

// Send adds a message to a queue, if the ARN is that of one. The lock must be held.
func (s *Messaging) Send(arn string, body []byte) {
	if q := s.queues[arn]; q != nil {
		q.messages = append(q.messages, message{MessageID: api.NewID(), Body: string(body)})
	}
}
