package install

import (
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/deploy"
)

// terraformModule is the name under which the module's own README calls it.
const terraformModule = "module.ecs_spot_handler"

// printForget says how Terraform forgets what is taken over, if it made it, and how to remove the rest of
// its module.
func (j *installJob) printForget() {
	j.Err.Printf("\n")
	j.Err.Print(j.Err.Note("", "If Terraform made these, let it forget them before any terraform apply or destroy:"))
	for _, command := range deploy.TerraformForget(j.Taken, terraformModule) {
		show.Hint(j.Err, command)
	}
	show.Hint(j.Err, "terraform destroy -target="+terraformModule)
	j.Err.Printf("%s\n", "  The addresses begin with your name of the module. The last command removes")
	j.Err.Printf("%s\n", "  its role and policies. Then remove its block, or an apply makes it all again.")
}
