package localaws

type ecsService struct{ region *region }

func newECS(r *region) *ecsService { return &ecsService{region: r} }

func (s *ecsService) actions() map[string]action { return map[string]action{} }
